-- needs: python3
-- Python's own HTTP server and sockets.

local lsocket = require "lsocket"
local t = require "spec.support"
local net = require "spec.lsocket.support"

local command = assert(os.getenv("MOONWIRE_SPEC_COMMAND"))

local function python(code)
  return t.process.start { "python3", "-u", "-c", code }
end

t.it("the example of an HTTP client reads from Python's server", function()
  local server = t.process.start {
    "python3", "-u", "-m", "http.server", "--bind", "127.0.0.1", "--directory", "examples", "0",
  }
  local port = server:expect("port (%d+)")
  local file = assert(io.open("examples/lsocket/http_client.lua"))
  local text = file:read("*a")
  file:close()
  local url = "http://127.0.0.1:" .. port .. "/lsocket/http_client.lua"
  t.equal(t.process.run { command, "examples/lsocket/http_client.lua", url }, text)
  local output, status = t.process.run { command, "examples/lsocket/http_client.lua", url .. ".none" }
  t.matches(output, "http_client: status 404")
  t.equal(status, 1)
end)

t.it("meets Python at an abstract name with any bytes", function()
  local name = t.unique_name()
  local listener = net.keep(lsocket.bind("@" .. name .. "\0\255x"))
  local peer = python(([[
import socket
s = socket.socket(socket.AF_UNIX)
s.connect(b"\0%s\0\xffx")
s.sendall(b"from python")
s.close()
]]):format(name))
  local connection = net.keep(net.readable(listener):accept())
  t.equal(net.receive_all(connection), "from python")
  t.equal(select(2, peer:finish()), 0)
end)

t.it("knows the name of a Python socket that is bound without a NUL at its end", function()
  local path = t.temporary_path()
  path = path .. ("y"):rep(108 - #path)
  t.defer(function()
    os.remove(path)
  end)
  local receiver = net.datagram(net.families.abstract)
  python(([[
import ctypes, socket, struct
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
address = struct.pack("=H", socket.AF_UNIX) + b"%s"
assert ctypes.CDLL(None).bind(s.fileno(), address, len(address)) == 0
s.sendto(b"x", "\0%s")
]]):format(path, (net.address(receiver):sub(2))))
  local data, name = net.readable(receiver):recvfrom()
  t.equal(data, "x")
  t.equal(name, path)
end)

t.it("carries multicast from and to Python", function()
  local setup = [[
    ip link set lo up multicast on && ip route add 224.0.0.0/4 dev lo && exec "$0" "$@"
  ]]
  local allowed = select(2, t.process.run { "unshare", "-rn", "sh", "-c", setup, "true" }) == 0
  if not allowed then
    t.pass_over("multicast with Python", "no network of its own can be made here")
    return
  end
  local output, status = t.process.run { "unshare", "-rn", "sh", "-c", setup, command, "-e", [[
    local lsocket = require "lsocket"
    local receiver = assert(lsocket.bind("mcast", "239.255.1.2", 0))
    local port = receiver:info("socket").port
    local python = assert(io.popen(([=[python3 -u -c '
import socket, struct
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
s.bind(("239.255.1.2", %d))
s.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, socket.inet_aton("239.255.1.2") + bytes(4))
s.sendto(b"from python", ("239.255.1.2", %d))
print(s.recv(100).decode(), s.recv(100).decode())
']=]):format(port, port), "r"))
    assert(lsocket.select({ receiver }, 10))
    assert(receiver:recv() == "from python")
    local sender = assert(lsocket.connect("mcast", "239.255.1.2", port))
    assert(sender:send("from Lua"))
    print(python:read("*a"))
  ]] }
  t.matches(output, "^from python from Lua\n")
  t.equal(status, 0)
end)
