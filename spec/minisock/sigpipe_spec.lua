-- Writing to what nobody reads any more is a failure like another. The process goes on, and nothing
-- about its signals has changed.

local t = require "spec.support"

local signals = require "spec.support.signal_state"

local signals_at_first = signals()

local S = require "minisock"
local net = require "spec.minisock.support"

t.it("the module leaves the signals of the process alone", function()
  t.equal(signals(), signals_at_first)
end)

--- Writes until that fails, which it must soon; the first bytes may still be on their way when the
--- system learns that they are not wanted.
local function write_until_failure(fd)
  for _ = 1, 100 do
    local sent, message = S.write(fd, "x")
    if not sent then
      return message
    end
  end
  error("one hundred writes to a closed peer succeeded", 2)
end

net.it("a write to a closed peer fails", function(family)
  local client, server = net.pair(family)
  net.shut(server)
  local message = write_until_failure(client)
  if message ~= "write error: 32 (Broken pipe)" then
    t.equal(message, "write error: 104 (Connection reset by peer)")
  end
  t.fails("write error: 32 (Broken pipe)", S.write(client, "x"))
  t.equal(signals(), signals_at_first)
end)

net.it("a sendto on a closed connection fails", function(family)
  local client, server = net.pair(family)
  local address = S.getpeername(client)
  net.shut(server)
  write_until_failure(client)
  t.fails_like("^sendto error: %d+ %(", S.sendto(client, address, "x"))
  t.equal(signals(), signals_at_first)
end)

t.it("a write to a broken pipe fails", function()
  local fd, pipe = t.descriptors.opened_by(function()
    return io.popen("exec true", "w")
  end)
  -- Until the reader has gone, the pipe can take more.
  local deadline = t.now() + 30
  local revents
  repeat
    local entries = S.poll(S.pollfd(fd, 0), 1000)
    revents = S.unpollfds(entries)[1].revents
  until revents ~= 0 or t.now() > deadline
  t.equal(revents, S.POLLERR)
  for _ = 1, 3 do
    t.fails("write error: 32 (Broken pipe)", S.write(fd, "x"))
  end
  t.equal(signals(), signals_at_first)
  pipe:close()
end)
