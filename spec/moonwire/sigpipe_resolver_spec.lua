-- needs: strace
-- The resolver sends on streams of its own, to name servers, without a flag against SIGPIPE. strace
-- raises the signal in its place.

local t = require "spec.support"
local system_calls = require "spec.support.system_calls"

if not system_calls.can_be_traced() then
  return
end

local lookups = {
  ["looks up a name"] = [[assert(M.resolve("localhost"))]],
  ["looks up the name of an address"] = [[assert(N.getnameinfo(N.ipv4addr("127.0.0.1", 80)))]],
}

for what, lookup in pairs(lookups) do
  for _, place in ipairs { "outside", "in a task" } do
    t.it(what .. ", " .. place, function()
      local call = place == "outside" and "look_up()" or "M.run(look_up)"
      local output, status, trace = system_calls.run([[
        local M, N = require "moonwire", require "minisock"
        local function look_up()
          ]] .. lookup .. [[

        end
        ]] .. call .. [[

        print("alive")
      ]], "-f", "-e", "trace=openat", "-P", "/etc/hosts", "-e", "inject=openat:signal=PIPE")
      t.matches(trace, "hosts")
      t.matches(output, "alive\n$")
      t.equal(status, 0)
    end)
  end
end
