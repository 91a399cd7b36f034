return require("moonwire.core")("llsocket")
