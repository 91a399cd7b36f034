return require("moonwire.core")("llsocket.socket")
