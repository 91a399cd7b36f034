return require("moonwire.core")("lsocket")
