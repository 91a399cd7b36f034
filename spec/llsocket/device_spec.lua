-- device.interfaces and device.macaddrs.

local L = require "llsocket"
local t = require "spec.support"

local function find(name)
  for _, interface in ipairs(assert(L.device.interfaces())) do
    if interface.name == name then
      return interface
    end
  end
end

t.it("knows the loopback interface", function()
  local lo = find("lo")
  t.equal(lo.index, t.loopback_index())
  t.integer(lo.flags)
  t.equal(lo.flags % 2, 1)
  t.equal(lo.mac, "00:00:00:00:00:00")
  local seen = {}
  for _, address in ipairs(lo.addresses) do
    seen[address.ip] = address
  end
  t.same(seen["127.0.0.1"], { family = L.AF_INET, ip = "127.0.0.1", netmask = "255.0.0.0" })
  if t.has_ipv6() then
    t.equal(seen["::1"].family, L.AF_INET6)
    t.equal(seen["::1"].netmask, "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff")
  end
end)

t.it("names each interface once", function()
  local seen = {}
  for _, interface in ipairs(assert(L.device.interfaces())) do
    t.equal(seen[interface.name], nil)
    seen[interface.name] = true
    t.integer(interface.index)
  end
end)

t.it("has the hardware addresses by name", function()
  local macs = assert(L.device.macaddrs())
  t.equal(macs.lo, "00:00:00:00:00:00")
  for name, mac in pairs(macs) do
    local file = io.open("/sys/class/net/" .. name .. "/address")
    if file then
      t.equal(mac, file:read("*l"))
      file:close()
    end
    t.equal(find(name).mac, mac)
  end
end)

-- In a network namespace of its own the loopback interface can be renamed.
t.it("has any bytes in a name", function()
  local rename = [[ip link set dev lo name "$(printf 'l\377o')" && echo renamed && exec "$0" "$@"]]
  local output = t.process.run { "unshare", "-n", "sh", "-c", rename, os.getenv("MOONWIRE_SPEC_COMMAND"), "-e", [[
    local device = require "llsocket".device
    assert(device.macaddrs()["l\255o"] == "00:00:00:00:00:00")
    assert(device.interfaces()[1].name == "l\255o")
    print("seen")
  ]] }
  if not output:find("renamed\n", 1, true) then
    t.pass_over("names of any bytes", "no interface can be renamed here")
    return
  end
  t.equal(output, "renamed\nseen\n")
end)
