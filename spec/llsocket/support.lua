-- What the specs of llsocket share: address infos of every family, and sockets that are closed when the
-- case ends.

local L = require "llsocket"
local t = require "spec.support"
local families = require "spec.support.families"
local objects = require "spec.support.objects"

local net = {}

net.keep = objects.keep

--- The two ends of a pair.
function net.pair(socktype, nonblock)
  local pair = assert(L.socket.pair(socktype or L.SOCK_STREAM, nonblock))
  return net.keep(pair[1]), net.keep(pair[2])
end

local function inet(host)
  return function(socktype)
    return assert(L.inet.getaddrinfo(host, "0", socktype, nil, L.AI_NUMERICHOST))[1]
  end
end

--- The families that this machine has, in order and by name, and the internet families among them.
--- `any(socktype)` is a free address.
net.families, net.internet = families.present {
  { name = "ipv4", host = "127.0.0.1", number = L.AF_INET, any = inet("127.0.0.1") },
  { name = "ipv6", host = "::1", number = L.AF_INET6, any = inet("::1") },
  {
    name = "unix",
    number = L.AF_UNIX,
    any = function(socktype)
      return assert(L.unix.getaddrinfo(t.temporary_path(), socktype))
    end,
  },
  {
    name = "abstract",
    number = L.AF_UNIX,
    any = function(socktype)
      return assert(L.unix.getaddrinfo("@" .. t.unique_name(), socktype))
    end,
  },
}

--- A case for each of the families.
net.it = families.cases(net.families)

--- Nothing came back, as from a function that succeeds without a result.
function net.nothing(...)
  local n = select("#", ...)
  if n ~= 0 then
    error("expected no result, got " .. t.show { ... }, 2)
  end
end

--- The results are exactly these, in number too.
function net.results(expected, ...)
  local n = select("#", ...)
  if n ~= expected.n then
    error("expected " .. expected.n .. " results, got " .. n .. ": " .. t.show { ... }, 2)
  end
  for index = 1, n do
    t.equal((select(index, ...)), expected[index])
  end
end

--- A bound socket, and the address info of where it is.
function net.bound(family, socktype, nonblock)
  local sock = net.keep(L.socket.new(family.any(socktype), nonblock))
  net.nothing(sock:bind())
  return sock, assert(sock:getsockname())
end

--- A listening socket, and the address info of where it is.
function net.listening(family, nonblock, socktype)
  local sock, ai = net.bound(family, socktype or L.SOCK_STREAM, nonblock)
  net.nothing(sock:listen())
  return sock, ai
end

--- The two ends of a connection.
function net.connected(family, socktype)
  local listener, ai = net.listening(family, nil, socktype)
  local client = net.keep(L.socket.new(ai))
  net.nothing(client:connect())
  return client, net.keep(listener:accept()), listener
end

--- What is received up to the end of the stream.
function net.receive_all(sock)
  local parts = {}
  repeat
    local bytes, err, again = sock:recv(65536)
    if err then
      error(err, 2)
    end
    assert(not again, "nothing has come in time")
    parts[#parts + 1] = bytes
  until not bytes
  return table.concat(parts)
end

--- A Lua file with this content, at its beginning; it is closed at the end of the case.
function net.file(content)
  local path = t.temporary_path()
  local file = assert(io.open(path, "w+b"))
  assert(file:write(content))
  assert(file:seek("set", 0))
  t.defer(function()
    if io.type(file) == "file" then
      file:close()
    end
  end)
  return file, path
end

--- The system's words for errors that the specs meet.
net.message = {
  again = "Resource temporarily unavailable",
  bad_descriptor = "Bad file descriptor",
  in_use = "Address already in use",
  invalid = "Invalid argument",
  no_device = "No such device",
  no_message = "No message of desired type",
  no_permission = "Operation not permitted",
  no_protocol = "Protocol not available",
  not_connected = "Transport endpoint is not connected",
  not_supported = "Operation not supported",
  refused = "Connection refused",
  too_long = "Message too long",
}

return net
