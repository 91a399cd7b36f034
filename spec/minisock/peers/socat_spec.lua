-- needs: socat
-- Against socat, which says under `-d -d` where it listens.

local S = require "minisock"
local t = require "spec.support"
local net = require "spec.minisock.support"

--- For each family: socat's names for it, and the address that it says it listens at.
local kinds = {
  ipv4 = {
    listen = "TCP4-LISTEN:0,bind=127.0.0.1",
    receive = "UDP4-LISTEN:0,bind=127.0.0.1",
    connect = function(address)
      return "TCP4:127.0.0.1:" .. address.port
    end,
    send = function(address)
      return "UDP4:127.0.0.1:" .. address.port
    end,
    spoken = "listening on .*127%.0%.0%.1:(%d+)",
    raw = function(port)
      return S.ipv4addr("127.0.0.1", tonumber(port))
    end,
  },
  ipv6 = {
    listen = "TCP6-LISTEN:0,bind=[::1]",
    receive = "UDP6-LISTEN:0,bind=[::1]",
    connect = function(address)
      return "TCP6:[::1]:" .. address.port
    end,
    send = function(address)
      return "UDP6:[::1]:" .. address.port
    end,
    spoken = "listening on .*%]:(%d+)",
    raw = function(port)
      return S.ipv6addr("::1", tonumber(port))
    end,
  },
  unix = {
    listen = "UNIX-LISTEN:%s",
    receive = "UNIX-RECVFROM:%s",
    name = t.temporary_path,
    connect = function(address)
      return "UNIX-CONNECT:" .. address.path
    end,
    send = function(address)
      return "UNIX-SENDTO:" .. address.path .. ",bind=" .. t.temporary_path()
    end,
    spoken = 'ing on AF=1 "(.-)"',
    raw = function(path)
      return S.unixaddr(path)
    end,
  },
  abstract = {
    listen = "ABSTRACT-LISTEN:%s",
    receive = "ABSTRACT-RECVFROM:%s",
    name = t.unique_name,
    connect = function(address)
      return "ABSTRACT-CONNECT:" .. address.path:sub(2)
    end,
    send = function(address)
      return "ABSTRACT-SENDTO:" .. address.path:sub(2) .. ",bind=" .. t.unique_name()
    end,
    spoken = 'ing on AF=1 "\\0(.-)"',
    raw = function(name)
      return S.unixaddr("@" .. name)
    end,
  },
}

--- Starts a socat that gives back what it gets, and returns it with its raw address.
local function start_echo(family, how)
  local kind = kinds[family.name]
  local place = kind[how]:format(kind.name and kind.name())
  local child = t.process.start { "socat", "-d", "-d", place, "PIPE" }
  return child, kind.raw(child:expect(kind.spoken))
end

net.it("a client of socat", function(family)
  local child, address = start_echo(family, "listen")
  local client = net.keep(S.connect(address))
  t.equal(S.getpeername(client), address)
  for _, words in ipairs { "hello", "a\0b\r\n\255", t.bytes(3000) } do
    net.write_all(client, words)
    local back = ""
    while #back < #words do
      back = back .. assert(S.read(client))
    end
    t.equal(back, words)
  end
  net.shut(client)
  local _, status = child:finish()
  t.equal(status, 0)
end)

net.it("a server for socat", function(family)
  local listener, address = net.listen(family)
  local bytes = t.bytes(100000)
  local child = t.process.start(
    { "socat", "-t", "30", "STDIO", kinds[family.name].connect(S.parseaddr(address)) },
    { input = bytes }
  )
  local server = net.keep(S.accept(listener))
  -- socat closes its writing side at the end of its input.
  t.equal(net.read_all(server), bytes)
  net.write_all(server, "answer")
  net.shut(server)
  local output, status = child:finish()
  t.equal(output, "answer")
  t.equal(status, 0)
end)

net.it("a sender of datagrams to socat", function(family)
  local child, address = start_echo(family, "receive")
  local socket = net.datagram(family)
  t.equal(S.sendto(socket, address, "a\0b"), 3)
  local message, from = S.recvfrom(socket)
  t.equal(message, "a\0b")
  t.equal(from, address)
  child:signal("TERM")
  child:finish()
end)

net.it("a receiver of datagrams from socat", function(family)
  local receiver, address = net.datagram(family)
  local child = t.process.start(
    { "socat", "-t", "30", "STDIO", kinds[family.name].send(S.parseaddr(address)) },
    { input = "from socat" }
  )
  local message, from = S.recvfrom(receiver)
  t.equal(message, "from socat")
  t.equal(S.sendto(receiver, from, "to socat\n"), 9)
  t.equal(child:expect("socat"), "socat")
  child:signal("TERM")
  child:finish()
end)
