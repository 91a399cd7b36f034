---@meta

---Socket objects that never block, and `select` to wait for them.
---@class lsocket
local lsocket = {}

---A socket in non-blocking mode.
---@class lsocket.socket
local socket = {}

---What a socket is.
---@class lsocket.info
---@field fd integer the descriptor, -1 when it is closed
---@field family "inet"|"inet6"|"unix"
---@field type "tcp"|"udp"
---@field listening boolean whether `bind` has made it
---@field multicast boolean whether it was made with the type "mcast"

---The address of one end of a socket.
---@class lsocket.address
---@field family "inet"|"inet6"|"unix"
---@field addr string the IP address, or the path; `@` and the name of an abstract one; `""` for none
---@field port integer? the port of an IP address

---An address that a name stands for.
---@class lsocket.host
---@field family "inet"|"inet6"
---@field addr string

---An address of an interface.
---@class lsocket.interface
---@field name string
---@field family "inet"|"inet6"
---@field addr string
---@field mask string

---@alias lsocket.type "tcp"|"udp"|"mcast"

---@type string any IPv4 address
lsocket.INADDR_ANY = ""
---@type string any IPv6 address
lsocket.IN6ADDR_ANY = ""
---@type string
lsocket._VERSION = ""

---A socket that is bound, and listens if its type is "tcp". What is left out on the left is "tcp" and
---`INADDR_ANY`.
---@param type lsocket.type
---@param address string an IP address or a name; a path (with a slash), `@` and an abstract name
---@param port integer? the system chooses one where it is missing or 0; none for a unix address
---@param backlog integer? 5 where it is missing
---@return lsocket.socket? socket
---@return string? message
---@overload fun(address: string, port?: integer, backlog?: integer): lsocket.socket?, string?
---@overload fun(type: lsocket.type, port?: integer, backlog?: integer): lsocket.socket?, string?
---@overload fun(port?: integer, backlog?: integer): lsocket.socket?, string?
function lsocket.bind(type, address, port, backlog) end

---A socket that begins to connect. When `select` returns it for writing, `status` tells how that went.
---@param type lsocket.type
---@param address string
---@param port integer?
---@param ttl integer? over how many routers a multicast datagram may go, 1 where it is missing
---@return lsocket.socket? socket
---@return string? message
---@overload fun(address: string, port?: integer, ttl?: integer): lsocket.socket?, string?
function lsocket.connect(type, address, port, ttl) end

---Waits until one of the sockets is ready; `false` when the time is over. As many tables come back as
---are passed.
---@param read lsocket.socket[]?
---@param write lsocket.socket[]?
---@param timeout number? seconds; for ever where it is missing or negative
---@return lsocket.socket[]|false|nil read
---@return lsocket.socket[]|string|nil write_or_message
---@overload fun(read: lsocket.socket[]?, timeout: number): lsocket.socket[]|false|nil, string?
---@overload fun(timeout: number): false|nil, string?
function lsocket.select(read, write, timeout) end

---The addresses that a name stands for. May wait for a name server.
---@param name string
---@return lsocket.host[]? list
---@return string? message
function lsocket.resolve(name) end

---The addresses of all interfaces.
---@return lsocket.interface[]? list
---@return string? message
function lsocket.getinterfaces() end

---@param what nil
---@return lsocket.info info
---@overload fun(self: lsocket.socket, what: "peer"|"socket"): lsocket.address?, string?
function socket:info(what) end

---Whether the socket has no error; telling an error clears it.
---@return boolean? ok
---@return string? message
function socket:status() end

---The descriptor, -1 when the socket is closed.
---@return integer fd
function socket:getfd() end

---Gives the descriptor up: it stays open, and the socket is as if closed.
---@param fd integer -1
---@return boolean? ok
---@return string? message
function socket:setfd(fd) end

---A connection, and the address and port of its peer, which a unix socket's does not have; `false`
---where there is none.
---@return lsocket.socket|false|nil connection
---@return string? address_or_message
---@return integer? port
function socket:accept() end

---What has come; `false` where nothing has, a single `nil` at the end of a stream.
---@param size integer? the most bytes, 8192 where it is missing
---@return string|false|nil data
---@return string? message
function socket:recv(size) end

---A datagram and its sender; `false` where none has come.
---@param size integer? the most bytes, 8192 where it is missing
---@return string|false|nil data
---@return string? address_or_message
---@return integer? port
function socket:recvfrom(size) end

---Sends what the system takes, and returns how many bytes that was; `false` where it takes none.
---@param data string
---@return integer|false|nil count
---@return string? message
function socket:send(data) end

---Sends a datagram.
---@param data string
---@param address string
---@param port integer? none for a unix address
---@return integer|false|nil count
---@return string? message
function socket:sendto(data, address, port) end

---@return boolean? ok
---@return string? message
function socket:close() end

return lsocket
