return require("moonwire.core")("ssocket")
