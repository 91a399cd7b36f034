---@meta

---Blocking socket objects with time-outs, and buffered reading.
---@class ssocket
local ssocket = {}

---An address: `{host, port}`, or the name of a unix socket: its path, `@` and an abstract name, `""`
---for none.
---@alias ssocket.address { [1]: string, [2]: integer }|string

---@type string
ssocket._VERSION = ""
---@type string small segments are sent at once
ssocket.OPT_TCP_NODELAY = ""
---@type string an idle connection is probed now and then
ssocket.OPT_TCP_KEEPALIVE = ""
---@type string an address can be bound again while connections of an earlier socket linger
ssocket.OPT_TCP_REUSEADDR = ""
---@type integer nothing more is received
ssocket.SHUT_RD = 0
---@type integer nothing more is sent
ssocket.SHUT_WR = 0
---@type integer both
ssocket.SHUT_RDWR = 0
---@type string the time is over
ssocket.ERROR_TIMEOUT = ""
---@type string the stream has ended, or the socket is closed
ssocket.ERROR_CLOSED = ""
---@type string nobody listens
ssocket.ERROR_REFUSED = ""

---A stream socket: TCP, or unix. It gets its descriptor when it is connected or bound.
---@return ssocket.tcpsock
function ssocket.tcp() end

---A datagram socket: UDP, or unix. It gets its descriptor when it is connected, bound or sent from.
---@return ssocket.udpsock
function ssocket.udp() end

---Waits until one of the sockets or descriptors is ready. The results hold those that are, in the
---order given, each as it was given.
---@param readfds (integer|ssocket.tcpsock|ssocket.udpsock)[]?
---@param writefds (integer|ssocket.tcpsock|ssocket.udpsock)[]?
---@param timeout number? in seconds; negative or nil for none
---@return (integer|ssocket.tcpsock|ssocket.udpsock)[]? readable
---@return (integer|ssocket.tcpsock|ssocket.udpsock)[]? writable
---@return string? message
function ssocket.select(readfds, writefds, timeout) end

---@class ssocket.tcpsock
local tcpsock = {}

---Connects to the first address of a host that answers, or to `"unix:/path"`, `"unix:@name"`,
---`"/path"`.
---@param host string
---@param port integer
---@return boolean? ok
---@return string? message
---@overload fun(self: ssocket.tcpsock, path: string): boolean?, string?
function tcpsock:connect(host, port) end

---Gives the socket a local address. The host `"*"` or `""` is every address of the machine.
---@param host string
---@param port integer
---@return boolean? ok
---@return string? message
---@overload fun(self: ssocket.tcpsock, path: string): boolean?, string?
function tcpsock:bind(host, port) end

---Makes a bound socket accept connections.
---@param backlog integer? how many may wait for `accept`, 128 if missing
---@return boolean? ok
---@return string? message
function tcpsock:listen(backlog) end

---A connection of a listening socket, without a time-out. Waits for one.
---@return ssocket.tcpsock? connection
---@return string? message
function tcpsock:accept() end

---Sends everything.
---@param data string
---@return integer? count
---@return string? message
---@return integer? sent how much was sent where that is not all
function tcpsock:write(data) end

---Reads exactly so many bytes.
---@param size integer 0 to 1 GiB
---@return string? data
---@return string? message
---@return string? partial what has come by then; it has been read
function tcpsock:read(size) end

---A function that reads up to a pattern each time it is called, and returns what is before it; or
---nil, a message, and what has come by then.
---@param pattern string plain bytes, at least one
---@param inclusive boolean? whether the pattern is returned as well
---@return fun(): string?, string?, string?
function tcpsock:readuntil(pattern, inclusive) end

---Ends the connection in one direction or both.
---@param how integer `SHUT_RD`, `SHUT_WR` or `SHUT_RDWR`
---@return boolean? ok
---@return string? message
function tcpsock:shutdown(how) end

---Closes the socket, also one that is closed.
---@return boolean ok
function tcpsock:close() end

---The number of the descriptor, -1 for none.
---@return integer fd
function tcpsock:fileno() end

---Sets an option. Without a descriptor it is remembered for the one to come.
---@param opt string one of the `OPT_` constants
---@param value boolean|0|1
---@return boolean? ok
---@return string? message
function tcpsock:setopt(opt, value) end

---The state of an option. A level before it is passed over.
---@param opt string one of the `OPT_` constants
---@return boolean? value
---@return string? message
---@overload fun(self: ssocket.tcpsock, level: any, opt: string): boolean?, string?
function tcpsock:getopt(opt) end

---Sets the time that each call may take as a whole.
---@param timeout number in seconds; negative for none, which is the default
function tcpsock:settimeout(timeout) end

---The time-out as it was set.
---@return number timeout in seconds
function tcpsock:gettimeout() end

---The address of the peer.
---@return ssocket.address? address
---@return string? message
function tcpsock:getpeername() end

---The socket's own address.
---@return ssocket.address? address
---@return string? message
function tcpsock:getsockname() end

---@class ssocket.udpsock
local udpsock = {}

---Sets the peer, or changes it.
---@param host string
---@param port integer
---@return boolean? ok
---@return string? message
---@overload fun(self: ssocket.udpsock, path: string): boolean?, string?
function udpsock:connect(host, port) end

---Gives the socket a local address. The host `"*"` or `""` is every address of the machine.
---@param host string
---@param port integer
---@return boolean? ok
---@return string? message
---@overload fun(self: ssocket.udpsock, path: string): boolean?, string?
function udpsock:bind(host, port) end

---A datagram; what is longer than `buffersize` is cut.
---@param buffersize integer 0 to 1 GiB
---@return string? data
---@return string? message
function udpsock:recv(buffersize) end

---A datagram and the address of its sender.
---@param buffersize integer 0 to 1 GiB
---@return string? data
---@return ssocket.address|string address_or_message
function udpsock:recvfrom(buffersize) end

---Sends a datagram to the peer.
---@param data string
---@return boolean? ok
---@return string? message
function udpsock:send(data) end

---Sends a datagram to an address.
---@param data string
---@param host string
---@param port integer
---@return boolean? ok
---@return string? message
---@overload fun(self: ssocket.udpsock, data: string, path: string): boolean?, string?
function udpsock:sendto(data, host, port) end

---Closes the socket, also one that is closed.
---@return boolean ok
function udpsock:close() end

---The number of the descriptor, -1 for none.
---@return integer fd
function udpsock:fileno() end

---Sets an option. Without a descriptor it is remembered for the one to come.
---@param opt string one of the `OPT_` constants
---@param value boolean|0|1
---@return boolean? ok
---@return string? message
function udpsock:setopt(opt, value) end

---The state of an option. A level before it is passed over.
---@param opt string one of the `OPT_` constants
---@return boolean? value
---@return string? message
---@overload fun(self: ssocket.udpsock, level: any, opt: string): boolean?, string?
function udpsock:getopt(opt) end

---Sets the time that each call may take as a whole.
---@param timeout number in seconds; negative for none, which is the default
function udpsock:settimeout(timeout) end

---The time-out as it was set.
---@return number timeout in seconds
function udpsock:gettimeout() end

---The address of the peer.
---@return ssocket.address? address
---@return string? message
function udpsock:getpeername() end

---The socket's own address.
---@return ssocket.address? address
---@return string? message
function udpsock:getsockname() end

return ssocket
