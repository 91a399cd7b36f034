-- What the specs of minisock share: its families of addresses, and sockets that are closed when the
-- case ends.

local S = require "minisock"
local t = require "spec.support"
local families = require "spec.support.families"

local net = {}

local kept = {}

--- Passes on what a constructor returned, which must be a success, and has its descriptor closed at
--- the end of the case.
function net.keep(fd, ...)
  if not fd then
    error(tostring((...)), 2)
  end
  t.integer(fd)
  kept[fd] = true
  t.defer(function()
    if kept[fd] then
      kept[fd] = nil
      S.close(fd)
    end
  end)
  return fd, ...
end

--- Closes such a descriptor before that.
function net.shut(fd)
  kept[fd] = nil
  t.equal(S.close(fd), true)
end

--- The families that this machine has, in order and by name, and those that have hosts and ports.
--- `any()` is a free address to bind to.
net.families, net.hosts = families.present {
  {
    name = "ipv4",
    host = "127.0.0.1",
    any = function()
      return S.ipv4addr("127.0.0.1", 0)
    end,
  },
  {
    name = "ipv6",
    host = "::1",
    any = function()
      return S.ipv6addr("::1", 0)
    end,
  },
  {
    name = "unix",
    any = function()
      return S.unixaddr(t.temporary_path())
    end,
  },
  {
    name = "abstract",
    any = function()
      return S.unixaddr("@" .. t.unique_name())
    end,
  },
}

--- A case for each of the families.
net.it = families.cases(net.families)

--- A listening socket, and its address.
function net.listen(family)
  local fd = net.keep(S.bind(family.any()))
  return fd, S.getsockname(fd)
end

--- The two ends of a connection.
function net.pair(family)
  local listener, address = net.listen(family)
  local client = net.keep(S.connect(address))
  local server = net.keep(S.accept(listener))
  net.shut(listener)
  return client, server
end

--- A datagram socket, and its address.
function net.datagram(family)
  local fd = net.keep(S.udpsocket(family.any()))
  return fd, S.getsockname(fd)
end

--- An address of the family at which nobody listens. A connection from it is kept, so that nobody
--- else gets the port, and no socket that connects to it can meet itself.
function net.refusing(family)
  local listener, address = net.listen(family)
  net.keep(S.connect(address))
  net.keep(S.accept(listener))
  net.shut(listener)
  return address
end

--- Whether the system lists a unix socket of that name; it shows a NUL as "@".
function net.is_listed(name)
  local file = assert(io.open("/proc/net/unix"))
  local text = file:read("*a")
  file:close()
  return text:find(" " .. name .. "\n", 1, true) ~= nil
end

--- Writes the whole string, however many calls that takes.
function net.write_all(fd, bytes)
  local position = 1
  while position <= #bytes do
    local sent = assert(S.write(fd, bytes, position))
    t.between(sent, 1, #bytes - position + 1)
    position = position + sent
  end
end

--- Reads up to the end of the stream.
function net.read_all(fd)
  local parts = {}
  repeat
    parts[#parts + 1] = assert(S.read(fd))
  until parts[#parts] == ""
  return table.concat(parts)
end

--- The call errs: it raises, or returns nil and a message.
function net.errs(fn, ...)
  local results = t.call(fn, ...)
  local failed = results[1] and results.n == 3 and results[2] == nil and type(results[3]) == "string"
  if results[1] and not failed then
    error("expected an error or nil and a message, got " .. t.show(results), 2)
  end
  if not results[1] then
    t.matches(results[2], "^[^\n]*:%d+: ")
  end
end

--- The functions that take a descriptor, each with the further arguments of a valid call.
net.takes_descriptor = {
  accept = t.pack(),
  close = t.pack(),
  read = t.pack(0),
  write = t.pack("x"),
  sendto = t.pack(S.ipv4addr("127.0.0.1", 9), "x"),
  recvfrom = t.pack(0),
  getsockname = t.pack(),
  getpeername = t.pack(),
}

return net
