local S = require "minisock"
local t = require "spec.support"
local net = require "spec.minisock.support"

net.it("returns how many bytes it sent, whatever the bytes", function(family)
  local client, server = net.pair(family)
  local bytes = t.bytes(1000)
  t.equal(S.write(client, bytes), 1000)
  t.equal(S.read(server), bytes)
end)

t.it("sends the part of the string that is asked for", function()
  local client, server = net.pair(net.families.unix)
  local function sends(expected, ...)
    t.equal(S.write(client, "abcdef", ...), #expected)
    if expected ~= "" then
      t.equal(S.read(server), expected)
    end
  end
  sends("abcdef")
  sends("abcdef", nil)
  sends("abcdef", nil, nil)
  sends("abcdef", 1)
  sends("cdef", 3)
  sends("f", 6)
  sends("cd", 3, 2)
  sends("abc", nil, 3)
  sends("cdef", 3, nil)
  sends("ef", 5, 2)
  sends("ef", 5, 3)
  sends("ef", 5, 2 ^ 53)
  sends("", 3, 0)
  sends("", 7)
  sends("", 7, 100)
  t.equal(S.write(client, ""), 0)
  t.equal(S.write(client, "", 1, 5), 0)
  t.fails("read timeout", S.read(server, 0))
end)

t.it("raises where idx or n is out of range", function()
  local client = net.pair(net.families.unix)
  for _, idx in ipairs { 0, -1, 8, -2 ^ 53, 2 ^ 53 } do
    t.refused_argument(3, "write", S.write, client, "abcdef", idx)
    t.refused_argument(3, "write", S.write, client, "abcdef", idx, 1)
  end
  t.refused_argument(3, "write", S.write, client, "", 2)
  for _, n in ipairs { -1, -2 ^ 53 } do
    t.refused_argument(4, "write", S.write, client, "abcdef", 1, n)
  end
end)

t.it("raises where an argument is of another type", function()
  local client = net.pair(net.families.unix)
  t.bad_argument(1, "write", "number expected, got no value", S.write)
  t.bad_argument(1, "write", "number expected, got nil", S.write, nil, "x")
  t.bad_argument(2, "write", "string expected, got no value", S.write, client)
  t.bad_argument(2, "write", "string expected, got table", S.write, client, {})
  t.bad_argument(3, "write", "number expected, got string", S.write, client, "x", "first")
  t.bad_argument(3, "write", "number has no integer representation", S.write, client, "x", 1.5)
  t.bad_argument(4, "write", "number expected, got boolean", S.write, client, "x", 1, false)
  t.bad_argument(4, "write", "number has no integer representation", S.write, client, "x", 1, 0.5)
end)

net.it("waits for a peer that reads late, and loses nothing", function(family)
  local listener, address = net.listen(family)
  local total = 8 * 1024 * 1024
  local child = t.process.start_lua([[
    local S = require "minisock"
    local fd = assert(S.connect(]] .. t.process.literal(address) .. [[))
    S.msleep(200)
    local total, sum = 0, 0
    while true do
      local part = assert(S.read(fd))
      if part == "" then break end
      for position = 1, #part do
        -- Each byte has its place.
        if part:byte(position) ~= (total + position - 1) % 256 then
          error("byte " .. total + position)
        end
      end
      total = total + #part
    end
    print("read " .. total)
    S.close(fd)
  ]])
  local server = net.keep(S.accept(listener))
  net.write_all(server, t.bytes(total))
  net.shut(server)
  local output, status = child:finish()
  t.equal(output, "read " .. total .. "\n")
  t.equal(status, 0)
end)

t.it("writes to other descriptors: a pipe, a file", function()
  local path = t.temporary_path()
  local fd, pipe = t.descriptors.opened_by(function()
    return io.popen("cat >" .. path, "w")
  end)
  t.equal(S.write(fd, "through the pipe"), 16)
  t.equal(S.write(fd, "xyz", 2, 1), 1)
  pipe:close()
  local file = assert(io.open(path))
  t.equal(file:read("*a"), "through the pipey")
  file:close()

  fd, file = t.descriptors.opened_by(function()
    return io.open(path, "w")
  end)
  t.equal(S.write(fd, "into the file"), 13)
  file:close()
  file = assert(io.open(path))
  t.equal(file:read("*a"), "into the file")
  file:close()
end)

t.it("takes a number for the string that it is written as", function()
  local client, server = net.pair(net.families.unix)
  t.equal(S.write(client, 123), 3)
  t.equal(S.read(server), "123")
end)
