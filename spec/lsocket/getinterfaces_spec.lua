local lsocket = require "lsocket"
local t = require "spec.support"

t.it("returns a record for each address of each interface", function()
  local list = lsocket.getinterfaces()
  local loopback
  for _, entry in ipairs(list) do
    t.equal(type(entry.name), "string")
    t.equal(entry.family, entry.addr:find(":", 1, true) and "inet6" or "inet")
    t.equal(type(entry.mask), "string")
    t.equal(entry.mask:find(":", 1, true) ~= nil, entry.family == "inet6")
    if entry.addr == "127.0.0.1" then
      loopback = entry
    end
    for field in pairs(entry) do
      t.equal(field == "name" or field == "family" or field == "addr" or field == "mask", true)
    end
  end
  t.same(loopback, { name = "lo", family = "inet", addr = "127.0.0.1", mask = "255.0.0.0" })
end)

t.it("passes over interfaces without an address", function()
  -- A loopback interface that is down, and a tunnel, whose entries have none.
  local command = os.getenv("MOONWIRE_SPEC_COMMAND")
  local output, status = t.process.run { "unshare", "-rn", "sh", "-c", [[
    ip link add dummy0 type dummy 2>/dev/null; ip tuntap add tun7 mode tun 2>/dev/null; exec "$0" "$@"
  ]], command, "-e", "print(#require('lsocket').getinterfaces())" }
  if status ~= 0 then
    t.pass_over("interfaces without an address", "no network of its own can be made here")
    return
  end
  t.equal(output, "0\n")
end)
