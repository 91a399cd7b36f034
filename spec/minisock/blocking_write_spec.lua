-- write on descriptors in blocking mode, where C's write waits until all is taken.

local S = require "minisock"
local t = require "spec.support"
local net = require "spec.minisock.support"

-- More than any socket or pipe takes at once.
local MANY = 8000000

--- A child that connects to the address, reads what comes, and tells how much that was.
local function reader(address)
  return t.process.start_lua(([[
    local S = require "minisock"
    local fd, count = assert(S.connect(%s)), 0
    print("connected")
    repeat
      local bytes = assert(S.read(fd, 30000))
      count = count + #bytes
    until bytes == ""
    print(("%%d"):format(count))
  ]]):format(t.process.literal(address)))
end

net.it("writes all", function(family)
  local listener, address = net.listen(family)
  local child = reader(address)
  local fd = net.keep(S.accept(listener))
  t.equal(S.write(fd, t.bytes(MANY)), MANY)
  t.equal(S.write(fd, t.bytes(MANY), 2), MANY - 1)
  t.equal(S.write(fd, t.bytes(MANY), 3, 5), 5)
  net.shut(fd)
  t.equal(child:expect("^(%d+)$"), ("%d"):format(2 * MANY + 4))
end)

net.it("says how much was written when the reader went", function(family)
  local listener, address = net.listen(family)
  local child = t.process.start_lua(([[
    local S = require "minisock"
    local fd = assert(S.connect(%s))
    assert(S.read(fd, 30000))
  ]]):format(t.process.literal(address)))
  local fd = net.keep(S.accept(listener))
  t.between(S.write(fd, t.bytes(MANY)), 1, MANY - 1)
  t.fails_like("^write error: %d+ %(", S.write(fd, "x"))
  child:finish()
end)

t.it("writes all to a pipe", function()
  local path = t.temporary_path()
  os.execute("mkfifo " .. path)
  local child = t.process.start { "sh", "-c", "echo started; exec wc -c <" .. path }
  local fd, file = t.descriptors.opened_by(function()
    return assert(io.open(path, "w"))
  end)
  t.equal(S.write(fd, t.bytes(1000000)), 1000000)
  file:close()
  t.equal(child:expect("^%s*(%d+)$"), "1000000")
end)
