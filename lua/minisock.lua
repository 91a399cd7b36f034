return require("moonwire.core")("minisock")
