-- needs: strace
-- Examples of which one system call fails, which strace does: they come to their end.

local t = require "spec.support"
local system_calls = require "spec.support.system_calls"

if not system_calls.can_be_traced() then
  return
end

--- Runs an example of which the n-th call of a system call fails.
local function run(call, errno, n, name, ...)
  return t.process.run { "strace", "-f", "-o", "/dev/null", "-e", "trace=" .. call, "-e",
    ("inject=%s:error=%s:when=%d"):format(call, errno, n), os.getenv("MOONWIRE_SPEC_COMMAND"),
    "examples/moonwire/" .. name .. ".lua", ... }
end

t.it("old_code without one client that could not connect", function()
  local output, status = run("connect", "ECONNREFUSED", 3, "old_code", "10")
  t.matches(output, "client %d+: [^\n]*Connection refused\n")
  t.matches(output, "9 of 10 clients heard everything")
  t.equal(status, 0)
end)

t.it("old_code with a server that had no descriptor once", function()
  local output, status = run("accept4", "EMFILE", 3, "old_code", "10")
  t.matches(output, "10 of 10 clients heard everything")
  t.equal(status, 0)
end)

t.it("udp_batch_receiver when receiving fails", function()
  local output, status = run("recvmmsg", "ENOMEM", 1, "udp_batch_receiver")
  t.matches(output, "Cannot allocate memory")
  t.equal(status, 1)
end)
