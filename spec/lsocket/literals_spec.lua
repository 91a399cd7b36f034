-- needs: strace
-- An address that is written out is never looked up: no file is read and no name server asked.

local t = require "spec.support"
local system_calls = require "spec.support.system_calls"

if not system_calls.can_be_traced() then
  return
end

--- What the code opens and where it connects to, after everything has been loaded, in whatever thread.
local function trace_of(code)
  local loaded = "local lsocket = require 'lsocket'; assert(not io.open('/the-calls-begin')) "
  local trace = system_calls.trace(loaded .. code, "-f", "-e", "trace=open,openat,connect,close,socket")
  return assert(trace:match("/the%-calls%-begin.-\n(.*)$"), trace)
end

t.it("literal addresses cause no look-up", function()
  local trace = trace_of([[
    local S = assert
    for _, host in ipairs { "127.0.0.1", "::1", "fe80::1%lo", "::ffff:127.0.0.1", "127.1" } do
      lsocket.bind(host, 0)
      lsocket.bind("udp", host, 0)
      lsocket.connect(host, 9)
      lsocket.connect("udp", host, 9)
      S(lsocket.resolve(host))
    end
    local socket = S(lsocket.bind("udp", "127.0.0.1", 0))
    S(socket:sendto("x", "127.0.0.1", socket:info("socket").port))
    S(socket:sendto("x", "127.1", socket:info("socket").port))
    lsocket.bind("/no/such/folder/socket")
    lsocket.connect("@no-such-name")
  ]])
  t.equal(trace:find("open", 1, true), nil)
  t.equal(trace:find("AF_NETLINK", 1, true), nil)
  t.equal(trace:find("htons(53)", 1, true), nil)
end)

t.it("a name does", function()
  t.matches(trace_of("lsocket.resolve('localhost')"), "/etc/")
end)
