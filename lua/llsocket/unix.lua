return require("moonwire.core")("llsocket.unix")
