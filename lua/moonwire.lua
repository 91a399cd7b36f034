return require("moonwire.core")("moonwire")
