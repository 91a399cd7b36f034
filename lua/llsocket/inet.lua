return require("moonwire.core")("llsocket.inet")
