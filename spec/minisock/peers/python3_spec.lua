-- needs: python3
-- Against Python's sockets, on every family.

local S = require "minisock"
local t = require "spec.support"
local net = require "spec.minisock.support"

--- Python's form of an address, with which all its programs here begin.
local prelude = [[
import socket, sys
family = {"ipv4": socket.AF_INET, "ipv6": socket.AF_INET6}.get(sys.argv[1], socket.AF_UNIX)
def address(words):
    if family != socket.AF_UNIX:
        return (words[0], int(words[1]))
    name = bytes.fromhex(words[0])
    return b"\0" + name[1:] if name.startswith(b"@") else name
def show(address):
    if family != socket.AF_UNIX:
        return "%s %d" % address[:2]
    name = address if isinstance(address, bytes) else address.encode()
    name = b"@" + name[1:] if name.startswith(b"\0") else name
    return name.hex() or "unnamed"
own = address(sys.argv[2:4])
other = address(sys.argv[4:6]) if len(sys.argv) > 4 else None
]]

--- The words of an address for such a program.
local function words(raw)
  local address = S.parseaddr(raw)
  if address.path then
    local hex = address.path:gsub(".", function(byte)
      return ("%02x"):format(byte:byte())
    end)
    return hex, "-"
  end
  return address.addr, tostring(address.port)
end

--- What such a program prints of an address.
local function shown(raw)
  local first, second = words(raw)
  if second == "-" then
    return first == "" and "unnamed" or first
  end
  return first .. " " .. second
end

local function start(family, program, own, other)
  local arguments = { "python3", "-c", prelude .. program, family.name }
  for _, raw in ipairs { own, other } do
    arguments[#arguments + 1], arguments[#arguments + 2] = words(raw)
  end
  return t.process.start(arguments)
end

--- The address that a line of such a program holds.
local function understood(family, text)
  if family.name == "ipv4" or family.name == "ipv6" then
    local host, port = text:match("^(%S+) (%d+)$")
    return (family.name == "ipv4" and S.ipv4addr or S.ipv6addr)(host, tonumber(port))
  end
  return S.unixaddr((text:gsub("%x%x", function(hex)
    return string.char(tonumber(hex, 16))
  end)))
end

local echo_server = [[
with socket.socket(family, socket.SOCK_STREAM) as server:
    server.bind(own)
    server.listen()
    print("listens", show(server.getsockname()), flush=True)
    connection, peer = server.accept()
    with connection:
        print("peer", show(peer), flush=True)
        while data := connection.recv(65536):
            connection.sendall(data)
]]

net.it("a client of Python", function(family)
  local child = start(family, echo_server, family.any())
  local address = understood(family, child:expect("^listens (.*)"))
  local client = net.keep(S.connect(address))
  t.equal(S.getpeername(client), address)
  t.equal(child:expect("^peer (.*)"), shown(S.getsockname(client)))
  local bytes = t.bytes(10000)
  net.write_all(client, bytes)
  local back = ""
  while #back < #bytes do
    back = back .. assert(S.read(client))
  end
  t.equal(back, bytes)
  net.shut(client)
  local _, status = child:finish()
  t.equal(status, 0)
end)

local client = [[
with socket.socket(family, socket.SOCK_STREAM) as client:
    client.bind(own)
    client.connect(other)
    print("peer", show(client.getpeername()), flush=True)
    print("own", show(client.getsockname()), flush=True)
    client.sendall(bytes(range(256)) * 40)
    client.shutdown(socket.SHUT_WR)
    print("got", client.makefile("rb").read().hex(), flush=True)
]]

net.it("a server for Python", function(family)
  local listener, address = net.listen(family)
  local child = start(family, client, family.any(), address)
  local server, from = net.keep(S.accept(listener))
  t.equal(child:expect("^peer (.*)"), shown(address))
  t.equal(child:expect("^own (.*)"), shown(from))
  t.equal(S.getpeername(server), from)
  t.equal(net.read_all(server), t.bytes(256 * 40))
  t.equal(S.write(server, "a\0b"), 3)
  net.shut(server)
  t.equal(child:expect("^got (.*)"), "610062")
  local _, status = child:finish()
  t.equal(status, 0)
end)

local datagrams = [[
with socket.socket(family, socket.SOCK_DGRAM) as receiver:
    receiver.bind(own)
    print("bound", show(receiver.getsockname()), flush=True)
    for _ in range(3):
        data, peer = receiver.recvfrom(65536)
        print("from", show(peer), flush=True)
        receiver.sendto(data, peer)
]]

net.it("an exchange of datagrams with Python", function(family)
  local child = start(family, datagrams, family.any())
  local address = understood(family, child:expect("^bound (.*)"))
  local socket, own = net.datagram(family)
  for _, message in ipairs { "a\0b", "", t.bytes(2000) } do
    t.equal(S.sendto(socket, address, message), #message)
    t.equal(child:expect("^from (.*)"), shown(own))
    t.same(t.pack(S.recvfrom(socket)), { n = 2, message, address })
  end
  local _, status = child:finish()
  t.equal(status, 0)
end)

net.it("what Python resets", function(family)
  local listener, address = net.listen(family)
  local child = start(family, [[
with socket.socket(family, socket.SOCK_STREAM) as client:
    client.connect(other)
    # Closed with bytes unread.
    client.recv(1, socket.MSG_PEEK)
]], address, address)
  local server = net.keep(S.accept(listener))
  t.equal(S.write(server, "unread"), 6)
  t.fails("read error: 104 (Connection reset by peer)", S.read(server))
  local _, status = child:finish()
  t.equal(status, 0)
end)
