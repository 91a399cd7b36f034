---@meta

---Sockets and tasks for new programs. In `run`, every call that would block suspends its task.
---@class moonwire
local moonwire = {}

---@type string
moonwire._VERSION = ""

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

---@class moonwire.serve_options
---@field limit? integer how many connections are served at once; while there are as many, none is accepted
---@field on_error? fun(error: any, connection: moonwire.stream, traceback: string?) is called, in a task of its own, with the error of a handler, in place of the report on standard error
---@field linger? number seconds that an idle connection waits for one more request after `stop`, 1 if missing

---Serves connections until the listener is stopped or closed: calls the handler with each, in a task of its own,
---and closes the connection when the handler has returned or failed. Needs a task.
---@param handler fun(connection: moonwire.stream): any
---@param options moonwire.serve_options?
---@return true? ok when all handlers have ended
---@return string? message
---@return moonwire.code? code
function listener:serve(handler, options) end

---Ends gracefully: no client can connect any more, those who were connected by then are served, and the listener is
---closed. Waits for all of that where the listener is served; `accept` and `incoming` give what is left otherwise.
---@param seconds number? how long the handlers may take before they are cancelled; nil or negative for no limit
---@return true? ok
---@return string? message
---@return moonwire.code? code `"timeout"` where handlers were cancelled
function listener:stop(seconds) end

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

---Waits for the next request: until there is something to read, which the next read gives. In a server that is
---about to end, a connection that has had a request waits no longer than its server lingers, and is then `closed`.
---@return true? ok
---@return string? message
---@return moonwire.code? code
function stream:await() end

---Whether the request that has been read is the last: the server is about to end, and no other has come.
---@return boolean is_ending
function stream:is_ending() end

---Sends everything: strings and numbers, or one list of them. Writes of several tasks do not interleave.
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

---At least one datagram, and all others that wait: two lists of the same length.
---@param count integer? the most that are received, 1 to 65536; 64 if missing
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

---What becomes of the other tasks where the main function of `run` raises an error.
---@class moonwire.run_options
---@field grace? number seconds that they have to clean up: 5 if missing, negative for no limit
---@field keep_going? boolean they go on, and `run` raises the error when they have ended

---Calls `main(...)` as a task, and returns its results when it and all tasks have ended. Raises its error, after
---the other tasks were cancelled. A table of options may stand in front: `run({ grace = 30 }, main)`.
---@param main fun(...: any): any...
---@param ... any
---@return any ...
---@overload fun(options: moonwire.run_options, main: (fun(...: any): any...), ...: any): any...
function moonwire.run(main, ...) end

---A task that calls `fn(...)` in its turn: beside the task that runs, or in the next `run` or `step`.
---@param fn fun(...: any): any...
---@param ... any
---@return moonwire.task
function moonwire.spawn(fn, ...) end

---Lets each task that is ready have a turn. Where none is, waits for up to so many seconds.
---@param seconds number? 0 where it is missing; negative for no limit
---@return boolean are_tasks_left
function moonwire.step(seconds) end

---The number of a descriptor that is readable when `step` has something to do.
---@return integer? descriptor
---@return string? message
---@return moonwire.code? code
function moonwire.pollfd() end

---Seconds on a clock that only goes forward, from an arbitrary beginning.
---@return number seconds
function moonwire.now() end

---Waits for that time.
---@param seconds number
---@return true? ok
---@return string? message
---@return moonwire.code? code
function moonwire.sleep(seconds) end

---Lets all tasks that are ready have their turn.
---@return true? ok
---@return string? message
---@return moonwire.code? code
function moonwire.yield() end

---Calls `fn(...)`, in which every call ends by a deadline, and returns its results. Needs a task.
---@param seconds number
---@param fn fun(...: any): any...
---@param ... any
---@return any ...
function moonwire.timeout(seconds, fn, ...) end

---Waits for any of these signals. Each is caught from the first call that names it on.
---@param name moonwire.signal
---@param ... moonwire.signal
---@return moonwire.signal? name the one that has come
---@return string? message
---@return moonwire.code? code
function moonwire.signal(name, ...) end

---@alias moonwire.signal
---| "ALRM" | "CHLD" | "CONT" | "HUP" | "INT" | "IO" | "PIPE" | "QUIT" | "TERM" | "TSTP" | "TTIN" | "TTOU"
---| "URG" | "USR1" | "USR2" | "VTALRM" | "WINCH"
---| string

---A function that runs beside others.
---@class moonwire.task
local task = {}

---Waits until it has ended: true and what it has returned; false, its error and a traceback; false and
---`"cancelled"`; nil, a message and a code where the wait has failed.
---@return boolean? ok
---@return any ...
function task:join() end

---Calls it off: what it waits for, or its next call that may wait, fails once with `cancelled`.
---@return boolean called_off false where it has ended already
function task:cancel() end

---What it is at.
---@return "ready"|"running"|"waiting"|"done"|"failed"|"cancelled"
function task:status() end

---Calls `fn(group, ...)`, and returns its results when all tasks of the group have ended. Raises the error
---of the first that fails, with its traceback where it is a string, after the others were cancelled.
---@param fn fun(group: moonwire.group, ...: any): any...
---@param ... any
---@return any ... or nil, a message and a code where the wait was ended
function moonwire.group(fn, ...) end

---Tasks of which none outlives the call that has made the group.
---@class moonwire.group
local group = {}

---A task of the group. Raises an error when the group has been left.
---@param fn fun(...: any): any...
---@param ... any
---@return moonwire.task
function group:spawn(fn, ...) end

---Cancels all of its tasks.
---@return true
function group:cancel() end

---A queue between tasks.
---@param capacity number? how many values it holds, 0 where it is missing
---@return moonwire.channel
function moonwire.channel(capacity) end

---A queue between tasks. `for value in channel do` receives until it is closed and empty.
---@class moonwire.channel
---@operator call: any
local channel = {}

---Waits until there is room, or somebody to receive the value.
---@param value any not nil
---@return true? ok
---@return string? message
---@return moonwire.code? code
function channel:send(value) end

---Waits for the next value.
---@return any value
---@return string? message
---@return moonwire.code? code
function channel:receive() end

---Says that nothing more will come.
---@return true
function channel:close() end

---Lets so many tasks through at a time.
---@param count number
---@return moonwire.semaphore
function moonwire.semaphore(count) end

---Places, for each of which one task may go on.
---@class moonwire.semaphore
local semaphore = {}

---Waits for a place.
---@return true? ok
---@return string? message
---@return moonwire.code? code
function semaphore:acquire() end

---Gives a place back.
---@return true
function semaphore:release() end

return moonwire
