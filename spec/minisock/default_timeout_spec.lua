-- What waits for DEFAULT_TIMEOUT when nothing is said. The calls wait at the same time, each in a
-- process of its own, for the time is ten seconds.

local S = require "minisock"
local t = require "spec.support"
local net = require "spec.minisock.support"

local function start(code)
  return t.process.start_lua([[
    local S = require "minisock"
    local t = require "spec.support"
    local elapsed, first, second = t.timed(function() return ]] .. code .. [[ end)
    print(tostring(first) .. " " .. tostring(second))
    print(elapsed)
  ]])
end

t.it("is how long read, recvfrom and poll wait", function()
  local listener, address = net.listen(net.families.unix)
  local children = {
    ["nil read timeout"] = start("S.read(assert(S.connect(" .. t.process.literal(address) .. ")))"),
    ["nil recvfrom timeout"] = start("S.recvfrom(assert(S.udpsocket()))"),
    [" 0"] = start("S.poll('')"),
  }
  local first = net.keep(S.accept(listener))
  for expected, child in pairs(children) do
    local output, status = child:finish()
    t.equal(status, 0)
    local result, elapsed = output:match("^(.-)\n(.-)\n")
    t.equal(result, expected)
    local seconds = S.DEFAULT_TIMEOUT / 1000
    t.between(tonumber(elapsed), seconds - t.grain, seconds + t.at_once)
  end
  net.shut(first)
end)
