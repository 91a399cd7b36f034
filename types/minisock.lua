---@meta

---Sockets close to the system calls: raw addresses as strings, descriptors as integers.
---@class minisock
local minisock = {}

---A `struct sockaddr` in its native bytes.
---@alias minisock.rawaddr string

---The parts of a raw address.
---@class minisock.address
---@field family "inet"|"inet6"|"unix"
---@field addr string? the IP address
---@field port integer? the port of an IP address
---@field scope integer? the index of the interface of an IPv6 address, 0 for none
---@field path string? the path of a unix address, `@` and the name of an abstract one, `""` for none

---One entry of an array of `struct pollfd`.
---@class minisock.pollentry
---@field fd integer
---@field events integer
---@field revents integer

---@type string
minisock.VERSION = ""
---@type integer the most bytes that `read` returns
minisock.BUFSIZE = 0
---@type integer the most bytes that `recvfrom` returns
minisock.UDPMAXSIZE = 0
---@type integer the time-out in milliseconds where none is given
minisock.DEFAULT_TIMEOUT = 0
---@type integer there is data to read
minisock.POLLIN = 0
---@type integer writing is possible
minisock.POLLOUT = 0
---@type integer an error has come up (only returned)
minisock.POLLERR = 0
---@type integer the peer has closed its end (only returned)
minisock.POLLHUP = 0
---@type integer the descriptor is not open (only returned)
minisock.POLLNVAL = 0

---A listening stream socket.
---@param addr minisock.rawaddr
---@return integer? fd
---@return string? message
---@overload fun(host: string, service: string|integer): integer?, minisock.rawaddr|string
function minisock.bind(addr) end

---A connection of a listening socket. Waits for one.
---@param fd integer
---@return integer? fd
---@return minisock.rawaddr|string addr_or_message
function minisock.accept(fd) end

---A stream socket that is connected.
---@param addr minisock.rawaddr
---@return integer? fd
---@return string? message
---@overload fun(host: string, service: string|integer): integer?, minisock.rawaddr|string
function minisock.connect(addr) end

---What has arrived, at most `BUFSIZE` bytes; `""` at the end of the stream.
---@param fd integer
---@param timeout integer? milliseconds, negative for none
---@return string? data
---@return string? message
function minisock.read(fd, timeout) end

---Sends what one system call takes.
---@param fd integer
---@param s string
---@param idx integer? where the bytes to send begin, 1 where it is missing
---@param n integer? how many bytes to send, the rest of `s` where it is missing
---@return integer? count
---@return string? message
function minisock.write(fd, s, idx, n) end

---@param fd integer
---@return true? ok
---@return string? message
function minisock.close(fd) end

---A datagram socket. Missing or `""` is IPv4 and not bound, `"\x0a"` IPv6 and not bound.
---@param addr minisock.rawaddr?
---@return integer? fd
---@return string? message
function minisock.udpsocket(addr) end

---@param fd integer
---@param addr minisock.rawaddr
---@param msg string
---@return integer? count
---@return string? message
function minisock.sendto(fd, addr, msg) end

---One message, at most `UDPMAXSIZE` bytes of it, and its sender.
---@param fd integer
---@param timeout integer? milliseconds, negative for none
---@return string? message
---@return minisock.rawaddr|string addr_or_message
function minisock.recvfrom(fd, timeout) end

---@param fd integer
---@return minisock.rawaddr? addr
---@return string? message
function minisock.getsockname(fd) end

---@param fd integer
---@return minisock.rawaddr? addr
---@return string? message
function minisock.getpeername(fd) end

---The addresses of a host, each once.
---@param hostname string
---@param port string|integer|nil
---@return minisock.rawaddr[]? addrs
---@return string? message
function minisock.getaddrinfo(hostname, port) end

---@param addr minisock.rawaddr
---@param numeric_host boolean? no name, but the address in numbers
---@return string? host
---@return integer|string port_or_message
function minisock.getnameinfo(addr, numeric_host) end

---@param n integer milliseconds
---@return true? ok
---@return string? message
function minisock.msleep(n) end

---Waits for any of the descriptors in an array of `struct pollfd`.
---@param pollfds string
---@param timeout integer? milliseconds, negative for none
---@return string? pollfds
---@return integer|string count_or_message
function minisock.poll(pollfds, timeout) end

---One entry of the array that `poll` takes.
---@param fd integer
---@param events integer
---@return string pollfd
function minisock.pollfd(fd, events) end

---@param pollfds string
---@return minisock.pollentry[]
function minisock.unpollfds(pollfds) end

---@param ip string
---@param port integer
---@return minisock.rawaddr? addr
---@return string? message
function minisock.ipv4addr(ip, port) end

---@param ip string it may name an interface, `fe80::1%eth0`
---@param port integer
---@param scope integer|string|nil the index or the name of an interface
---@return minisock.rawaddr? addr
---@return string? message
function minisock.ipv6addr(ip, port, scope) end

---@param path string a leading `@` makes it abstract
---@return minisock.rawaddr? addr
---@return string? message
function minisock.unixaddr(path) end

---@param addr minisock.rawaddr
---@return minisock.address? address
---@return string? message
function minisock.parseaddr(addr) end

return minisock
