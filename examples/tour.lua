-- A tour of Moonwire's sockets: a server and a client talk over TCP, unix and UDP in one program, a
-- name is looked up, and two failures show what they look like.
--
--   moonwire examples/tour.lua

local minisock = require "minisock"

-- Ends the program with the message where a step of the tour fails.
local function step(...)
  if not (...) then
    error("the tour ends early: " .. tostring((select(2, ...))), 2)
  end
  return ...
end

local function heading(text)
  print(("\n%s\n%s"):format(text, ("-"):rep(#text)))
end

local function report(what, result)
  print(("  %-12s %s"):format(what, result))
end

-- How people write a raw address.
local function written(raw)
  local address = step(minisock.parseaddr(raw))
  if address.family == "unix" then
    return address.path == "" and "a socket without a name" or address.path
  elseif address.family == "inet6" then
    return ("[%s]:%d"):format(address.addr, address.port)
  end
  return ("%s:%d"):format(address.addr, address.port)
end

-- Serves one connection on `address` and talks to it.
local function over_a_stream(address)
  local listener = step(minisock.bind(address))
  local bound = step(minisock.getsockname(listener))
  report("listening on", written(bound))

  local client = step(minisock.connect(bound))
  local server, peer = step(minisock.accept(listener))
  report("accepted", written(peer))

  step(minisock.write(client, "hello, moon"))
  local question = step(minisock.read(server, 1000))
  step(minisock.write(server, question:upper()))
  report("server read", question)
  report("client read", step(minisock.read(client, 1000)))

  step(minisock.close(client))
  report("then", step(minisock.read(server, 1000)) == "" and "the end of the stream" or "more?")
  step(minisock.close(server))
  step(minisock.close(listener))
end

-- A machine may have IPv4 or IPv6 switched off.
local function is_available(address)
  local descriptor = minisock.udpsocket(address)
  return descriptor and minisock.close(descriptor)
end

print(minisock.VERSION .. " on " .. (jit and jit.version or _VERSION))

local ipv4 = minisock.ipv4addr("127.0.0.1", 0)
local ipv6 = minisock.ipv6addr("::1", 0)

for _, transport in ipairs {
  { name = "TCP over IPv4", address = ipv4 },
  { name = "TCP over IPv6", address = ipv6 },
  -- No name at all: Linux chooses an abstract one that is free.
  { name = "A unix socket", address = "\1\0", always = true },
} do
  heading(transport.name)
  if transport.always or is_available(transport.address) then
    over_a_stream(transport.address)
  else
    report("passed over", "this machine does not have it")
  end
end

heading("UDP")
local receiver = step(minisock.udpsocket(ipv4))
local sender = step(minisock.udpsocket(ipv4))
step(minisock.sendto(sender, step(minisock.getsockname(receiver)), "a datagram"))
local message, from = step(minisock.recvfrom(receiver, 1000))
report("received", ("%q from %s"):format(message, written(from)))

heading("A name")
for _, address in ipairs(step(minisock.getaddrinfo("localhost", 80))) do
  report("localhost", written(address))
end

heading("Failures are values")
-- A port that was free a moment ago, and that nobody listens on.
local listener, address = step(minisock.bind("127.0.0.1", 0))
step(minisock.close(listener))
local _, refused = minisock.connect(address)
report("nobody there", refused)
local _, timeout = minisock.recvfrom(receiver, 50)
report("no message", timeout)
---@diagnostic disable-next-line: param-type-mismatch
local _, raised = pcall(minisock.read, "not a descriptor")
report("a mistake", raised)

step(minisock.close(receiver))
step(minisock.close(sender))
print()
