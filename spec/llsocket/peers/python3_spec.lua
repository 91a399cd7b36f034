-- needs: python3
-- Descriptors, control messages, sequenced packets and multicast, with Python at the other end.

local L = require "llsocket"
local t = require "spec.support"
local net = require "spec.llsocket.support"

local function python(code, ...)
  return t.process.start { "python3", "-c", "import array, os, socket, struct, sys\n" .. code, ... }
end

--- A listening unix socket in the abstract name space, and its name as Python has it.
local function listening(socktype)
  local sock = net.listening(net.families.abstract, nil, socktype)
  return sock, sock:getsockname():addr().path:sub(2)
end

t.it("receives a descriptor from Python", function()
  local listener, name = listening()
  local path = select(2, net.file("passed by Python"))
  local child = python([[
s = socket.socket(socket.AF_UNIX)
s.connect("\0" + sys.argv[1])
f = open(sys.argv[2], "rb")
socket.send_fds(s, [b"with data"], [f.fileno(), s.fileno()])
print(s.recv(100).decode())
]], name, path)
  local server = net.keep(listener:accept())
  local message = assert(server:recvmsg())
  t.equal(message.data, "with data")
  t.equal(#message.fds, 2)
  t.equal(server:sendfile(message.fds[1], 100, 0), 16)
  server:close()
  t.equal(child:finish(), "passed by Python\n")
end)

t.it("passes a descriptor to Python", function()
  local listener, name = listening()
  local child = python([[
s = socket.socket(socket.AF_UNIX)
s.connect("\0" + sys.argv[1])
data, fds, flags, _ = socket.recv_fds(s, 100, 10)
print(len(data), len(fds), flags)
print(os.pread(fds[0], 100, 0).decode())
]], name)
  local server = net.keep(listener:accept())
  t.equal(server:sendfd((net.file("passed by Lua"))), 1)
  t.equal(child:finish(), "1 1 0\npassed by Lua\n")
end)

t.it("has the credentials of Python as a raw control message", function()
  local listener, name = listening(L.SOCK_SEQPACKET)
  local child = python([[
s = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
s.connect("\0" + sys.argv[1])
ids = struct.pack("3i", os.getpid(), os.getuid(), os.getgid())
s.sendmsg([b"one ", b"packet"], [(socket.SOL_SOCKET, socket.SCM_CREDENTIALS, ids)])
s.sendmsg([b"another"])
print(s.recv(100).decode())
]], name)
  local server = net.keep(listener:accept())
  t.equal(server:recv(), "one packet")
  t.equal(server:recv(), "another")
  t.equal(server:sendmsg { "gathered ", "answer" }, 15)
  t.equal(child:finish(), "gathered answer\n")
end)

t.it("hears what Python sends to a group, and from whom", function()
  local group = "239.255.77.3"
  local sock = net.keep(L.socket.new(assert(L.inet.getaddrinfo("0.0.0.0", "0", L.SOCK_DGRAM))))
  net.nothing(sock:bind())
  net.nothing(sock:mcastjoin(group, "lo"))
  sock:rcvtimeo(5)
  local output = python([[
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind(("127.0.0.1", 0))
s.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton("127.0.0.1"))
s.sendto(b"to the group", (sys.argv[1], int(sys.argv[2])))
print(s.getsockname()[1])
]], group, ("%d"):format(sock:getsockname():addr().port)):finish()
  local message, from = sock:recvfrom()
  t.equal(message, "to the group")
  t.same(from:addr(), { ip = "127.0.0.1", port = from:addr().port })
  t.equal(output, ("%d\n"):format(from:addr().port))
end)

t.it("sends what Python hears in a group", function()
  local group = "239.255.77.4"
  local child = python([[
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind(("", 0))
member = socket.inet_aton(sys.argv[1]) + socket.inet_aton("127.0.0.1")
s.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, member)
s.settimeout(10)
print(s.getsockname()[1], flush=True)
print(s.recv(100).decode())
]], group)
  local port = child:expect("^(%d+)$")
  local sock = net.bound(net.families.ipv4, L.SOCK_DGRAM)
  t.equal(sock:mcastif("lo"), "lo")
  t.equal(sock:sendto("from Lua", assert(L.inet.getaddrinfo(group, port, L.SOCK_DGRAM))), 8)
  t.equal(child:finish(), "from Lua\n")
end)

t.it("agrees with Python about the constants", function()
  local output = python([[
for name in sorted(dir(socket)):
    if name.startswith(("AF_UN", "AF_INET", "AI_", "IPPROTO_", "MSG_", "NI_", "SOCK_", "SHUT_", "SCM_")):
        print(name, int(getattr(socket, name)))
]]):finish()
  local compared = 0
  for name, number in output:gmatch("(%S+) (%d+)\n") do
    if L[name] then
      compared = compared + 1
      if L[name] ~= tonumber(number) then
        error(name .. " is " .. L[name] .. ", in Python " .. number)
      end
    end
  end
  t.between(compared, 40, 1000)
end)
