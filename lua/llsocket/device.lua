return require("moonwire.core")("llsocket.device")
