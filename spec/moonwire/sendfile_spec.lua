-- Files that go to streams.

local t = require "spec.support"
local net = require "spec.moonwire.support"

local function file_with(text)
  local path = t.temporary_path()
  local file = assert(io.open(path, "wb"))
  file:write(text)
  file:close()
  return path
end

net.it("sends a file by its path", function(family)
  local client, server = net.pair(family)
  local path = file_with("0123456789")
  t.equal(client:sendfile(path), 10)
  t.equal(client:sendfile(path, 5), 5)
  t.equal(client:sendfile(path, 2, 3), 3)
  t.equal(client:sendfile(path, nil, 1), 1)
  t.equal(client:sendfile(path, 8, 100), 2)
  t.equal(client:sendfile(path, 10), 0)
  t.equal(client:sendfile(path, 0, 0), 0)
  client:shutdown()
  t.equal(server:read_all(), "0123456789" .. "56789" .. "234" .. "0" .. "89")
end)

t.it("sends an open file from where it stands", function()
  local client, server = net.pair()
  local file = assert(io.open(file_with("0123456789"), "r+"))
  t.equal(file:read(2), "01")
  t.equal(client:sendfile(file, nil, 3), 3)
  t.equal(file:read(1), "5")
  -- An offset leaves the position alone.
  t.equal(client:sendfile(file, 1, 2), 2)
  t.equal(file:read(1), "6")
  file:seek("end")
  file:write("more")
  file:seek("set", 8)
  t.equal(client:sendfile(file), 6)
  file:close()
  client:shutdown()
  t.equal(server:read_all(), "234" .. "12" .. "89more")
  t.refused_argument(1, "sendfile", client.sendfile, client, file)
end)

t.it("sends a large file", function()
  local path = file_with(("0123456789abcdef"):rep(300000))
  local listener, address = net.listen()
  local child = t.process.start { "python3", "-c", ([[
import hashlib, socket
peer = socket.create_connection(("127.0.0.1", %s))
digest = hashlib.sha256()
while True:
    data = peer.recv(65536)
    if not data: break
    digest.update(data)
print(digest.hexdigest() == hashlib.sha256(open("%s", "rb").read()).hexdigest())
]]):format(net.port(address), path) }
  local server = net.keep(listener:accept())
  t.equal(server:sendfile(path), 4800000)
  server:close()
  t.matches((child:finish()), "^True")
end)

t.it("tells how much was sent where the time is over", function()
  local path = file_with(("x"):rep(9000000))
  -- The buffers of TCP grow.
  local client, server = net.pair(net.families.unix)
  client:settimeout(0.15)
  local sent
  local taken = t.timed(function()
    sent = net.fails_after("sendfile " .. client:peer() .. ": timed out", "timeout", client:sendfile(path))
  end)
  t.between(taken, 0.15 - t.grain, t.at_once)
  t.equal(#server:read_exactly(sent), sent)
end)

t.it("fails where there is no file", function()
  local client = net.pair()
  local path = t.temporary_path()
  net.fails("sendfile " .. path .. ": No such file or directory", "ENOENT", client:sendfile(path))
  net.fails("sendfile /tmp: Is a directory", "EISDIR", client:sendfile("/tmp"))
  t.bad_argument(1, "sendfile", "the path has a NUL in it", client.sendfile, client, "a\0b")
  t.bad_argument(1, "sendfile", "file or string expected, got number", client.sendfile, client, 5)
  t.bad_argument(2, "sendfile", "offset out of range", client.sendfile, client, "/dev/null", -1)
  t.bad_argument(3, "sendfile", "count out of range", client.sendfile, client, "/dev/null", 0, -1)
end)

t.it("does not wait for a pipe without a writer", function()
  local client = net.pair()
  local path = t.temporary_path()
  t.process.run { "mkfifo", path }
  local taken = t.timed(function()
    local results = t.pack(client:sendfile(path))
    t.equal(results[1] == 0 or results[1] == nil, true)
  end)
  t.between(taken, 0, t.at_once)
end)

t.it("fails where nobody reads, without a signal", function()
  local client, server = net.pair(net.families.unix)
  server:close()
  local path = file_with("x")
  t.equal(net.fails_after("sendfile " .. client:peer() .. ": Broken pipe", "EPIPE", client:sendfile(path)), 0)
  local peer = client:peer()
  client:close()
  t.equal(net.fails_after("sendfile " .. peer .. ": closed", "closed", client:sendfile(path)), 0)
end)
