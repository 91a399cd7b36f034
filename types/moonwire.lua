---@meta

---Sockets, and tasks that wait side by side.
---@class moonwire
local moonwire = {}

-- Sockets --------------------------------------------------------------------------------------------------

---An address: `"127.0.0.1:80"`, `"[::1]:80"`, `"localhost:80"`, `"unix:/path"`, `"unix:@name"`, with
---`tcp://` or `udp://` in front where that fits; or a table. Addresses that are given back are strings.
---@alias moonwire.address string|{ host: string, port: integer }|{ path: string }

---What tells failures apart: the name of an errno (`"ECONNREFUSED"`), or one of these.
---@alias moonwire.code string|"timeout"|"closed"|"cancelled"|"oversized"|"resolve"

---Options of sockets. Each can also be read and set by `socket:option(name [, value])`.
---@class moonwire.options
---@field reuse_address? boolean an address can be bound again while connections linger; on for listeners
---@field reuse_port? boolean several sockets can be bound to one address
---@field broadcast? boolean datagrams can be sent to a broadcast address
---@field debug? boolean the kernel's debugging, which needs a privilege
---@field keepalive? boolean an idle connection is probed now and then
---@field keepalive_idle? number seconds before the first probe
---@field keepalive_interval? number seconds from one probe to the next
---@field keepalive_count? integer how many probes without an answer end a connection
---@field out_of_band_inline? boolean out-of-band data stays in the stream
---@field dont_route? boolean only hosts on the same link are reached
---@field receive_buffer? integer in bytes; Linux doubles it
---@field send_buffer? integer in bytes; Linux doubles it
---@field receive_low_water? integer how many bytes must have come before a stream is readable
---@field nodelay? boolean small segments are sent at once
---@field cork? boolean partial segments are kept back
---@field ipv6_only? boolean IPv4 is left to other sockets
---@field multicast_hops? integer over how many routers a multicast datagram may go
---@field multicast_loop? boolean members on this host receive what the socket sends
---@field multicast_interface? string the interface that multicast datagrams leave by, `""` for the system's choice

---@class moonwire.listen_options: moonwire.options
---@field timeout? number seconds for each `accept`; none if missing
---@field backlog? integer how many connections may wait for `accept`

---@class moonwire.connect_options: moonwire.options
---@field timeout? number seconds for the whole of `connect`, and for each later call; none if missing
---@field bind? moonwire.address the socket's own address

---@class moonwire.udp_options: moonwire.options
---@field timeout? number seconds for each call; none if missing
---@field bind? moonwire.address the socket's own address
---@field connect? moonwire.address the peer

---Listens at an address. The host `""` or `"*"` is every address of the machine.
---@param address moonwire.address
---@param options moonwire.listen_options?
---@return moonwire.listener? listener
---@return string? message
---@return moonwire.code? code
function moonwire.listen(address, options) end

---Connects to an address. The addresses of a name race as RFC 8305 says.
---@param address moonwire.address
---@param options moonwire.connect_options?
---@return moonwire.stream? stream
---@return string? message
---@return moonwire.code? code
function moonwire.connect(address, options) end

---A datagram socket. One that is neither bound nor connected reaches every IP address.
---@param options moonwire.udp_options?
---@return moonwire.datagram? socket
---@return string? message
---@return moonwire.code? code
function moonwire.udp(options) end

---Looks a name up.
---@param host string
---@param service string|integer? a port, or a name of `services(5)`; 0 if missing
---@return string[]? addresses
---@return string? message
---@return moonwire.code? code
function moonwire.resolve(host, service) end

---@class moonwire.listener
local listener = {}

---A connection, without a time-out. Waits for one.
---@return moonwire.stream? connection
---@return string? message
---@return moonwire.code? code
function listener:accept() end

---An iterator over connections. It ends when the listener is closed or the task is cancelled, and raises
---other failures.
---@return fun(): moonwire.stream?
function listener:incoming() end

---Closes the socket, also one that is closed. The file of a unix listener goes with it.
---@return boolean ok
function listener:close() end

---The socket's own address.
---@return string? address
---@return string? message
---@return moonwire.code? code
function listener:local_address() end

---Sets the time that each call may take as a whole.
---@param seconds number? nil or negative for none, which is the default
---@return boolean ok
function listener:settimeout(seconds) end

---The value of an option, or true where it is set.
---@param name string
---@param value boolean|number|string?
---@return boolean|number|string|nil value
---@return string? message
---@return moonwire.code? code
function listener:option(name, value) end

---The number of the descriptor, -1 where it is closed.
---@return integer number
function listener:descriptor() end

---@class moonwire.stream
local stream = {}

---1 to `size` bytes, what there is. Waits for the first.
---@param size integer? 1 to 1 GiB; 64 KiB if missing
---@return string? data
---@return string? message
---@return moonwire.code? code
function stream:read(size) end

---Exactly so many bytes.
---@param size integer 0 to 1 GiB
---@return string? data
---@return string? message
---@return moonwire.code? code
function stream:read_exactly(size) end

---The bytes before a delimiter, which is read and left out.
---@param delimiter string at least one byte
---@param limit integer? how long the record may be, 1 to 1 GiB; 64 KiB if missing
---@return string? data
---@return string? message
---@return moonwire.code? code
function stream:read_until(delimiter, limit) end

---All bytes up to the end of the stream.
---@param limit integer? how many there may be, 1 to 1 GiB; 16 MiB if missing
---@return string? data
---@return string? message
---@return moonwire.code? code
function stream:read_all(limit) end

---An iterator over lines, which end with LF or CRLF; the last one may lack it. It raises failures.
---@param limit integer? how long a line may be, 1 to 1 GiB; 64 KiB if missing
---@return fun(): string?
function stream:lines(limit) end

---Sends everything: strings and numbers, or one list of them.
---@param ... string|number|(string|number)[]
---@return moonwire.stream? stream itself
---@return string? message
---@return moonwire.code? code
---@return integer? sent how many bytes were sent where those are not all
function stream:write(...) end

---Sends a file, or a part of it.
---@param file file*|string an open file, or a path
---@param offset integer? where the part begins; where an open file stands if missing
---@param count integer? how many bytes; up to the end if missing
---@return integer? sent
---@return string? message
---@return moonwire.code? code
---@return integer? sent_before how many bytes were sent before the failure
function stream:sendfile(file, offset, count) end

---Ends the connection in one direction or both.
---@param how "read"|"write"|"both"|nil `"write"` if missing
---@return boolean? ok
---@return string? message
---@return moonwire.code? code
function stream:shutdown(how) end

---The address of the peer; `"unix:"` for one without a name.
---@return string? address
---@return string? message
---@return moonwire.code? code
function stream:peer() end

---Closes the socket, also one that is closed.
---@return boolean ok
function stream:close() end

---The socket's own address.
---@return string? address
---@return string? message
---@return moonwire.code? code
function stream:local_address() end

---Sets the time that each call may take as a whole.
---@param seconds number? nil or negative for none, which is the default
---@return boolean ok
function stream:settimeout(seconds) end

---The value of an option, or true where it is set.
---@param name string
---@param value boolean|number|string?
---@return boolean|number|string|nil value
---@return string? message
---@return moonwire.code? code
function stream:option(name, value) end

---The number of the descriptor, -1 where it is closed.
---@return integer number
function stream:descriptor() end

---@class moonwire.datagram
local datagram = {}

---Sends a datagram.
---@param data string
---@param address moonwire.address? the peer if missing
---@return boolean? ok
---@return string? message
---@return moonwire.code? code
function datagram:send(data, address) end

---A datagram, of which at most `size` bytes, and the address of its sender.
---@param size integer? 1 to 1 GiB; 65535 if missing
---@return string? data
---@return string address_or_message
---@return moonwire.code? code
function datagram:receive(size) end

---Sends many datagrams.
---@param list (string|{ [1]: string, [2]: moonwire.address? })[] addresses in numbers
---@param address moonwire.address? for those without one; the peer if missing
---@return integer? count
---@return string? message
---@return moonwire.code? code
---@return integer? sent how many were sent before the failure
function datagram:send_many(list, address) end

---At least one datagram, and what else is there: two lists of the same length.
---@param count integer? the most that are received, 64 if missing
---@param size integer? how many bytes of each at most; 65535 if missing
---@return string[]? data
---@return string[]|string addresses_or_message
---@return moonwire.code? code
function datagram:receive_many(count, size) end

---The address that the socket is connected to.
---@return string? address
---@return string? message
---@return moonwire.code? code
function datagram:peer() end

---Closes the socket, also one that is closed. The file of a unix socket that was bound goes with it.
---@return boolean ok
function datagram:close() end

---The socket's own address.
---@return string? address
---@return string? message
---@return moonwire.code? code
function datagram:local_address() end

---Sets the time that each call may take as a whole.
---@param seconds number? nil or negative for none, which is the default
---@return boolean ok
function datagram:settimeout(seconds) end

---The value of an option, or true where it is set.
---@param name string
---@param value boolean|number|string?
---@return boolean|number|string|nil value
---@return string? message
---@return moonwire.code? code
function datagram:option(name, value) end

---The number of the descriptor, -1 where it is closed.
---@return integer number
function datagram:descriptor() end

-- Tasks ----------------------------------------------------------------------------------------------------

---@type string
moonwire._VERSION = ""

---Runs `main` and every task that is spawned meanwhile to their ends.
---@param main function
---@param ... any arguments of `main`
---@return any ... what `main` returns
function moonwire.run(main, ...) end

---Starts a task.
---@param fn function
---@param ... any its arguments
---@return moonwire.task task
function moonwire.spawn(fn, ...) end

---@class moonwire.task

---Calls `fn` with a group of tasks, and returns when all of them have ended.
---@param fn function
---@return any ... what `fn` returns
function moonwire.group(fn) end

---Waits for time to pass.
---@param seconds number
function moonwire.sleep(seconds) end

---Seconds on a clock that only goes forward.
---@return number seconds
function moonwire.now() end

---Lets the other tasks run.
function moonwire.yield() end

---A channel between tasks.
---@param capacity integer?
---@return table channel
function moonwire.channel(capacity) end

---A semaphore.
---@param count integer
---@return table semaphore
function moonwire.semaphore(count) end

---Calls a function, all of whose waits end after so many seconds.
---@param seconds number
---@param fn function
---@param ... any its arguments
---@return any ... what `fn` returns
function moonwire.timeout(seconds, fn, ...) end

---Waits for a signal.
---@param ... string their names, such as `"TERM"`
function moonwire.signal(...) end

---A descriptor that is readable when there is something to do.
---@return integer number
function moonwire.pollfd() end

---Does what there is to do.
---@param seconds number?
function moonwire.step(seconds) end
