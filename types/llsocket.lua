---@meta

---The system's sockets as they are, with all that the system offers for them. A failure is nil, or
---nothing before it, and the system's text for the error.
---@class llsocket
local llsocket = {}

---@type integer
llsocket.AF_INET = 0
---@type integer
llsocket.AF_INET6 = 0
---@type integer
llsocket.AF_LOCAL = 0
---@type integer
llsocket.AF_UNIX = 0
---@type integer
llsocket.AF_UNSPEC = 0
---@type integer
llsocket.AI_ADDRCONFIG = 0
---@type integer
llsocket.AI_ALL = 0
---@type integer
llsocket.AI_CANONNAME = 0
---@type integer
llsocket.AI_DEFAULT = 0
---@type integer
llsocket.AI_NUMERICHOST = 0
---@type integer
llsocket.AI_NUMERICSERV = 0
---@type integer
llsocket.AI_PASSIVE = 0
---@type integer
llsocket.AI_V4MAPPED = 0
---@type integer
llsocket.AI_V4MAPPED_CFG = 0
---@type integer
llsocket.IPPROTO_3PC = 0
---@type integer
llsocket.IPPROTO_ADFS = 0
---@type integer
llsocket.IPPROTO_AH = 0
---@type integer
llsocket.IPPROTO_AHIP = 0
---@type integer
llsocket.IPPROTO_APES = 0
---@type integer
llsocket.IPPROTO_ARGUS = 0
---@type integer
llsocket.IPPROTO_AX25 = 0
---@type integer
llsocket.IPPROTO_BHA = 0
---@type integer
llsocket.IPPROTO_BLT = 0
---@type integer
llsocket.IPPROTO_BRSATMON = 0
---@type integer
llsocket.IPPROTO_CFTP = 0
---@type integer
llsocket.IPPROTO_CHAOS = 0
---@type integer
llsocket.IPPROTO_CMTP = 0
---@type integer
llsocket.IPPROTO_CPHB = 0
---@type integer
llsocket.IPPROTO_CPNX = 0
---@type integer
llsocket.IPPROTO_DDP = 0
---@type integer
llsocket.IPPROTO_DGP = 0
---@type integer
llsocket.IPPROTO_DIVERT = 0
---@type integer
llsocket.IPPROTO_DSTOPTS = 0
---@type integer
llsocket.IPPROTO_EGP = 0
---@type integer
llsocket.IPPROTO_EMCON = 0
---@type integer
llsocket.IPPROTO_ENCAP = 0
---@type integer
llsocket.IPPROTO_EON = 0
---@type integer
llsocket.IPPROTO_ESP = 0
---@type integer
llsocket.IPPROTO_ETHERIP = 0
---@type integer
llsocket.IPPROTO_FRAGMENT = 0
---@type integer
llsocket.IPPROTO_GGP = 0
---@type integer
llsocket.IPPROTO_GMTP = 0
---@type integer
llsocket.IPPROTO_GRE = 0
---@type integer
llsocket.IPPROTO_HELLO = 0
---@type integer
llsocket.IPPROTO_HMP = 0
---@type integer
llsocket.IPPROTO_HOPOPTS = 0
---@type integer
llsocket.IPPROTO_ICMP = 0
---@type integer
llsocket.IPPROTO_ICMPV6 = 0
---@type integer
llsocket.IPPROTO_IDP = 0
---@type integer
llsocket.IPPROTO_IDPR = 0
---@type integer
llsocket.IPPROTO_IDRP = 0
---@type integer
llsocket.IPPROTO_IGMP = 0
---@type integer
llsocket.IPPROTO_IGP = 0
---@type integer
llsocket.IPPROTO_IGRP = 0
---@type integer
llsocket.IPPROTO_IL = 0
---@type integer
llsocket.IPPROTO_INLSP = 0
---@type integer
llsocket.IPPROTO_INP = 0
---@type integer
llsocket.IPPROTO_IP = 0
---@type integer
llsocket.IPPROTO_IPCOMP = 0
---@type integer
llsocket.IPPROTO_IPCV = 0
---@type integer
llsocket.IPPROTO_IPEIP = 0
---@type integer
llsocket.IPPROTO_IPIP = 0
---@type integer
llsocket.IPPROTO_IPPC = 0
---@type integer
llsocket.IPPROTO_IPV4 = 0
---@type integer
llsocket.IPPROTO_IPV6 = 0
---@type integer
llsocket.IPPROTO_IRTP = 0
---@type integer
llsocket.IPPROTO_KRYPTOLAN = 0
---@type integer
llsocket.IPPROTO_LARP = 0
---@type integer
llsocket.IPPROTO_LEAF1 = 0
---@type integer
llsocket.IPPROTO_LEAF2 = 0
---@type integer
llsocket.IPPROTO_MEAS = 0
---@type integer
llsocket.IPPROTO_MHRP = 0
---@type integer
llsocket.IPPROTO_MICP = 0
---@type integer
llsocket.IPPROTO_MTP = 0
---@type integer
llsocket.IPPROTO_MUX = 0
---@type integer
llsocket.IPPROTO_ND = 0
---@type integer
llsocket.IPPROTO_NHRP = 0
---@type integer
llsocket.IPPROTO_NONE = 0
---@type integer
llsocket.IPPROTO_NSP = 0
---@type integer
llsocket.IPPROTO_NVPII = 0
---@type integer
llsocket.IPPROTO_OSPFIGP = 0
---@type integer
llsocket.IPPROTO_PGM = 0
---@type integer
llsocket.IPPROTO_PIGP = 0
---@type integer
llsocket.IPPROTO_PIM = 0
---@type integer
llsocket.IPPROTO_PRM = 0
---@type integer
llsocket.IPPROTO_PUP = 0
---@type integer
llsocket.IPPROTO_PVP = 0
---@type integer
llsocket.IPPROTO_RAW = 0
---@type integer
llsocket.IPPROTO_RCCMON = 0
---@type integer
llsocket.IPPROTO_RDP = 0
---@type integer
llsocket.IPPROTO_ROUTING = 0
---@type integer
llsocket.IPPROTO_RSVP = 0
---@type integer
llsocket.IPPROTO_RVD = 0
---@type integer
llsocket.IPPROTO_SATEXPAK = 0
---@type integer
llsocket.IPPROTO_SATMON = 0
---@type integer
llsocket.IPPROTO_SCCSP = 0
---@type integer
llsocket.IPPROTO_SCTP = 0
---@type integer
llsocket.IPPROTO_SDRP = 0
---@type integer
llsocket.IPPROTO_SEP = 0
---@type integer
llsocket.IPPROTO_SRPC = 0
---@type integer
llsocket.IPPROTO_ST = 0
---@type integer
llsocket.IPPROTO_SVMTP = 0
---@type integer
llsocket.IPPROTO_SWIPE = 0
---@type integer
llsocket.IPPROTO_TCF = 0
---@type integer
llsocket.IPPROTO_TCP = 0
---@type integer
llsocket.IPPROTO_TP = 0
---@type integer
llsocket.IPPROTO_TPXX = 0
---@type integer
llsocket.IPPROTO_TRUNK1 = 0
---@type integer
llsocket.IPPROTO_TRUNK2 = 0
---@type integer
llsocket.IPPROTO_TTP = 0
---@type integer
llsocket.IPPROTO_UDP = 0
---@type integer
llsocket.IPPROTO_VINES = 0
---@type integer
llsocket.IPPROTO_VISA = 0
---@type integer
llsocket.IPPROTO_VMTP = 0
---@type integer
llsocket.IPPROTO_WBEXPAK = 0
---@type integer
llsocket.IPPROTO_WBMON = 0
---@type integer
llsocket.IPPROTO_WSN = 0
---@type integer
llsocket.IPPROTO_XNET = 0
---@type integer
llsocket.IPPROTO_XTP = 0
---@type integer
llsocket.MSG_CMSG_CLOEXEC = 0
---@type integer
llsocket.MSG_CONFIRM = 0
---@type integer
llsocket.MSG_CTRUNC = 0
---@type integer
llsocket.MSG_DONTROUTE = 0
---@type integer
llsocket.MSG_DONTWAIT = 0
---@type integer
llsocket.MSG_EOR = 0
---@type integer
llsocket.MSG_ERRQUEUE = 0
---@type integer
llsocket.MSG_MORE = 0
---@type integer
llsocket.MSG_NOSIGNAL = 0
---@type integer
llsocket.MSG_OOB = 0
---@type integer
llsocket.MSG_PEEK = 0
---@type integer
llsocket.MSG_TRUNC = 0
---@type integer
llsocket.MSG_WAITALL = 0
---@type integer
llsocket.NI_DGRAM = 0
---@type integer
llsocket.NI_NAMEREQD = 0
---@type integer
llsocket.NI_NOFQDN = 0
---@type integer
llsocket.NI_NUMERICHOST = 0
---@type integer
llsocket.NI_NUMERICSERV = 0
---@type integer
llsocket.NI_WITHSCOPEID = 0
---@type integer
llsocket.SCM_CREDENTIALS = 0
---@type integer
llsocket.SCM_RIGHTS = 0
---@type integer
llsocket.SCM_TIMESTAMP = 0
---@type integer
llsocket.SHUT_RD = 0
---@type integer
llsocket.SHUT_RDWR = 0
---@type integer
llsocket.SHUT_WR = 0
---@type integer
llsocket.SOCK_DGRAM = 0
---@type integer
llsocket.SOCK_RAW = 0
---@type integer
llsocket.SOCK_RDM = 0
---@type integer
llsocket.SOCK_SEQPACKET = 0
---@type integer
llsocket.SOCK_STREAM = 0
---@type integer
llsocket.SOL_SOCKET = 0
---@type integer
llsocket.SOMAXCONN = 0

---An address, and the type and protocol of the sockets that it is for.
---@class llsocket.addrinfo
local addrinfo_methods = {}

---An address info, or a list of which the first entry counts.
---@alias llsocket.address llsocket.addrinfo|llsocket.addrinfo[]

---The parts of an address: `ip` and `port`, or `path`, with `@` before an abstract name.
---@class llsocket.parts
---@field ip string?
---@field port integer?
---@field path string?

---@class llsocket.names
---@field host string
---@field serv string
---@field service string the same as `serv`

---@return integer af `AF_INET` and so on
function addrinfo_methods:family() end

---@return integer socktype `SOCK_STREAM` and so on
function addrinfo_methods:socktype() end

---@return integer protocol `IPPROTO_TCP` and so on
function addrinfo_methods:protocol() end

---@return llsocket.parts
function addrinfo_methods:addr() end

---@return string? name where `AI_CANONNAME` asked for it
function addrinfo_methods:canonname() end

---`canonname` as the older library spells it.
---@return string?
function addrinfo_methods:cannoname() end

---@param ... integer? `NI_NUMERICHOST` and so on
---@return llsocket.names?
---@return string? err
function addrinfo_methods:nameinfo(...) end

---`nameinfo` by another name.
---@param ... integer?
---@return llsocket.names?
---@return string? err
function addrinfo_methods:getnameinfo(...) end

---Names of internet addresses.
---@class llsocket.inet
local inet = {}
llsocket.inet = inet

---@param host string? the loopback or, with `AI_PASSIVE`, the wildcard address where it is nil
---@param port string? a port number or a service
---@param socktype integer? `SOCK_STREAM` where neither it nor the protocol is given
---@param protocol integer?
---@param ... integer? `AI_PASSIVE` and so on
---@return llsocket.addrinfo[]?
---@return string? err
function inet.getaddrinfo(host, port, socktype, protocol, ...) end

---The same for IPv6 alone.
---@param host string?
---@param port string?
---@param socktype integer?
---@param protocol integer?
---@param ... integer?
---@return llsocket.addrinfo[]?
---@return string? err
function inet.getaddrinfo6(host, port, socktype, protocol, ...) end

---Unix addresses.
---@class llsocket.unix
local unix = {}
llsocket.unix = unix

---A list of one, which also answers the methods of its entry.
---@class llsocket.unixlist: llsocket.addrinfo
---@field [1] llsocket.addrinfo

---@param path string `@` and a name is abstract
---@param socktype integer?
---@param protocol integer?
---@param ... integer?
---@return llsocket.unixlist?
---@return string? err
function unix.getaddrinfo(path, socktype, protocol, ...) end

---The machine's network interfaces.
---@class llsocket.device
local device = {}
llsocket.device = device

---@class llsocket.interface
---@field name string
---@field index integer
---@field flags integer
---@field mac string?
---@field addresses { family: integer, ip: string, netmask: string? }[]

---@return llsocket.interface[]?
---@return string? err
function device.interfaces() end

---The hardware addresses by the names of the interfaces.
---@return table<string, string>?
---@return string? err
function device.macaddrs() end

---Making sockets.
---@class llsocket.sockets
local socket = {}
llsocket.socket = socket

---@param ai llsocket.address
---@param nonblock boolean?
---@return llsocket.socket?
---@return string? err
function socket.new(ai, nonblock) end

---Two unix sockets that are connected with each other.
---@param socktype integer
---@param nonblock boolean?
---@param protocol integer?
---@return llsocket.socket[]?
---@return string? err
function socket.pair(socktype, nonblock, protocol) end

---A socket of a descriptor that no other object owns, for instance a received one.
---@param fd integer
---@return llsocket.socket?
---@return string? err
function socket.wrap(fd) end

---A descriptor: its number, a socket, or an open file of Lua's.
---@alias llsocket.descriptor integer|llsocket.socket|file*

---@class llsocket.control
---@field level integer
---@field type integer
---@field data string in native bytes

---What `sendmsg` sends. The entries of the list are the data.
---@class llsocket.outgoing
---@field [integer] string
---@field name llsocket.address?
---@field fds llsocket.descriptor[]?
---@field control llsocket.control[]?

---What `recvmsg` has received.
---@class llsocket.message
---@field data string
---@field name llsocket.addrinfo?
---@field fds integer[]
---@field control llsocket.control[]
---@field flags integer
---@field truncated boolean
---@field control_truncated boolean
local message_methods = {}

---The descriptors, which are the program's own from now on. The second time there are none.
---@return integer[]
function message_methods:takefds() end

---@class llsocket.socket
local socket_methods = {}

---@return integer fd -1 for a closed socket
function socket_methods:fd() end

---@return integer af
function socket_methods:family() end

---@return integer socktype
function socket_methods:socktype() end

---@return integer protocol
function socket_methods:protocol() end

---A further descriptor for the same socket.
---@param ai llsocket.address? what `bind` and `connect` then take without an argument
---@return llsocket.socket?
---@return string? err
function socket_methods:dup(ai) end

---@param how integer? `SHUT_WR` and so on: shuts down first
---@return string? err
function socket_methods:close(how) end

---@param how integer? both directions where it is nil
---@return string? err
function socket_methods:shutdown(how) end

---@param ai llsocket.address?
---@return string? err
function socket_methods:bind(ai) end

---@param ai llsocket.address?
---@return string? err
function socket_methods:connect(ai) end

---@param backlog integer? 1 or more, `SOMAXCONN` where it is nil
---@return string? err
function socket_methods:listen(backlog) end

---@return llsocket.socket?
---@return string? err
---@return boolean? again
function socket_methods:accept() end

---@return llsocket.addrinfo?
---@return string? err
function socket_methods:getsockname() end

---@return llsocket.addrinfo?
---@return string? err
function socket_methods:getpeername() end

---Whether the next byte is the one that was sent urgently.
---@return boolean?
---@return string? err
function socket_methods:atmark() end

---@param msg string
---@param ... integer? `MSG_MORE` and so on
---@return integer? len nothing at all where the peer has gone
---@return string? err
---@return boolean? again
function socket_methods:send(msg, ...) end

---@param msg string
---@param ai llsocket.address
---@param ... integer?
---@return integer? len
---@return string? err
---@return boolean? again
function socket_methods:sendto(msg, ai, ...) end

---@param fd llsocket.descriptor
---@param bytes integer
---@param offset integer? 0 where it is nil
---@return integer? len 0 at the end of the file
---@return string? err
---@return boolean? again
function socket_methods:sendfile(fd, bytes, offset) end

---@param bufsize integer? 4096 where it is nil
---@param ... integer? `MSG_PEEK` and so on
---@return string? msg nothing at all at the end of the stream
---@return string? err
---@return boolean? again
function socket_methods:recv(bufsize, ...) end

---@param bufsize integer?
---@param ... integer?
---@return string? msg
---@return llsocket.addrinfo? ai
---@return string? err
---@return boolean? again
function socket_methods:recvfrom(bufsize, ...) end

---@param msg llsocket.outgoing
---@param ... integer?
---@return integer? len
---@return string? err
---@return boolean? again
function socket_methods:sendmsg(msg, ...) end

---@param bufsize integer?
---@param controlsize integer? 4096 where it is nil
---@param ... integer?
---@return llsocket.message? msg
---@return string? err
---@return boolean? again
function socket_methods:recvmsg(bufsize, controlsize, ...) end

---Sends a descriptor, and one byte with it.
---@param fd llsocket.descriptor
---@param ... integer?
---@return integer? len
---@return string? err
---@return boolean? again
function socket_methods:sendfd(fd, ...) end

---Receives a descriptor, which is the program's own.
---@param ... integer?
---@return integer? fd
---@return string? err
---@return boolean? again
function socket_methods:recvfd(...) end

---The pending error as an `errno`, 0 for none; reading it clears it.
---@return integer?
---@return string? err
function socket_methods:error() end

---Whether the socket listens.
---@return boolean?
---@return string? err
function socket_methods:acceptconn() end

---Whether the descriptor is closed when another program is executed.
---@param enable boolean?
---@return boolean?
---@return string? err
function socket_methods:cloexec(enable) end

---Whether calls return at once.
---@param enable boolean?
---@return boolean?
---@return string? err
function socket_methods:nonblock(enable) end

---Whether small segments are sent at once.
---@param enable boolean?
---@return boolean?
---@return string? err
function socket_methods:tcpnodelay(enable) end

---Whether partial segments are kept back.
---@param enable boolean?
---@return boolean?
---@return string? err
function socket_methods:tcpcork(enable) end

---Whether several sockets may be bound to one address.
---@param enable boolean?
---@return boolean?
---@return string? err
function socket_methods:reuseport(enable) end

---Whether an address may be bound again while connections linger.
---@param enable boolean?
---@return boolean?
---@return string? err
function socket_methods:reuseaddr(enable) end

---Whether datagrams may be sent to a broadcast address.
---@param enable boolean?
---@return boolean?
---@return string? err
function socket_methods:broadcast(enable) end

---Whether the kernel records debugging information.
---@param enable boolean?
---@return boolean?
---@return string? err
function socket_methods:debug(enable) end

---Whether idle connections are probed.
---@param enable boolean?
---@return boolean?
---@return string? err
function socket_methods:keepalive(enable) end

---Whether urgent data stays in the stream.
---@param enable boolean?
---@return boolean?
---@return string? err
function socket_methods:oobinline(enable) end

---Whether only hosts on the same link are sent to.
---@param enable boolean?
---@return boolean?
---@return string? err
function socket_methods:dontroute(enable) end

---Whether a control message tells when a datagram came.
---@param enable boolean?
---@return boolean?
---@return string? err
function socket_methods:timestamp(enable) end

---Whether members on this host receive what is sent.
---@param enable boolean?
---@return boolean?
---@return string? err
function socket_methods:mcastloop(enable) end

---How long a connection is idle before it is probed, in whole seconds.
---@param sec number?
---@return number?
---@return string? err
function socket_methods:tcpkeepalive(sec) end

---How long it is from one probe to the next, in whole seconds.
---@param sec number?
---@return number?
---@return string? err
function socket_methods:tcpkeepintvl(sec) end

---How long receiving and accepting wait, in seconds; 0 for ever.
---@param sec number?
---@return number?
---@return string? err
function socket_methods:rcvtimeo(sec) end

---How long sending and connecting wait, in seconds; 0 for ever.
---@param sec number?
---@return number?
---@return string? err
function socket_methods:sndtimeo(sec) end

---How many probes without an answer end a connection.
---@param cnt integer?
---@return integer?
---@return string? err
function socket_methods:tcpkeepcnt(cnt) end

---The size of the receive buffer.
---@param sz integer?
---@return integer?
---@return string? err
function socket_methods:rcvbuf(sz) end

---How many bytes make a stream readable.
---@param sz integer?
---@return integer?
---@return string? err
function socket_methods:rcvlowat(sz) end

---The size of the send buffer.
---@param sz integer?
---@return integer?
---@return string? err
function socket_methods:sndbuf(sz) end

---How much room makes a stream writable.
---@param sz integer?
---@return integer?
---@return string? err
function socket_methods:sndlowat(sz) end

---Over how many routers multicast datagrams go.
---@param ttl integer?
---@return integer?
---@return string? err
function socket_methods:mcastttl(ttl) end

---The interface that multicast datagrams leave by; `""` and nil are the system's choice.
---@param ifname string?
---@return string?
---@return string? err
function socket_methods:mcastif(ifname) end

---Joins a group.
---@param mcaddr string|llsocket.address
---@param ifname string?
---@return string? err
function socket_methods:mcastjoin(mcaddr, ifname) end

---Leaves a group.
---@param mcaddr string|llsocket.address
---@param ifname string?
---@return string? err
function socket_methods:mcastleave(mcaddr, ifname) end

---Joins a group for what one source sends.
---@param mcaddr string|llsocket.address
---@param srcaddr string|llsocket.address
---@param ifname string?
---@return string? err
function socket_methods:mcastjoinsrc(mcaddr, srcaddr, ifname) end

---Leaves a group as far as one source goes.
---@param mcaddr string|llsocket.address
---@param srcaddr string|llsocket.address
---@param ifname string?
---@return string? err
function socket_methods:mcastleavesrc(mcaddr, srcaddr, ifname) end

---Receives nothing more from one source of a group.
---@param mcaddr string|llsocket.address
---@param srcaddr string|llsocket.address
---@param ifname string?
---@return string? err
function socket_methods:mcastblocksrc(mcaddr, srcaddr, ifname) end

---Receives it again.
---@param mcaddr string|llsocket.address
---@param srcaddr string|llsocket.address
---@param ifname string?
---@return string? err
function socket_methods:mcastunblocksrc(mcaddr, srcaddr, ifname) end

return llsocket
