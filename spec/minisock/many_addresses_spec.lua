-- needs: unshare mount getent
-- Names with several addresses. The children see an /etc/hosts of their own. No other spec uses
-- these addresses, so that nobody else listens at a port of theirs.

local S = require "minisock"
local t = require "spec.support"
local net = require "spec.minisock.support"

local hosts = [[
127.0.0.1 localhost
127.17.34.1 several.test
127.17.34.2 several.test
127.17.34.3 several.test
127.17.34.2 several.test
]]

--- Words that run a command where this is /etc/hosts.
local function with_hosts(...)
  local path = t.temporary_path()
  local file = assert(io.open(path, "w"))
  assert(file:write(hosts))
  file:close()
  return {
    "unshare", "--mount", "--map-root-user", "sh", "-c",
    'mount --bind "$0" /etc/hosts && exec "$@"', path, ...
  }
end

local function run_with_hosts(code)
  local command = os.getenv("MOONWIRE_SPEC_COMMAND")
  return t.process.run(with_hosts(command, "-e", code))
end

local possible
t.it("needs a child with its own /etc/hosts", function()
  possible = select(2, t.process.run(with_hosts("true"))) == 0
end)
if not possible then
  t.pass_over("names with several addresses", "no mount namespace can be made here")
  return
end

t.it("getaddrinfo returns each address once, in the system's order", function()
  local expected = {}
  local seen = {}
  local listing = t.process.run(with_hosts("getent", "ahosts", "several.test"))
  for address in listing:gmatch("([%d%.]+)%s+STREAM") do
    if not seen[address] then
      seen[address] = true
      expected[#expected + 1] = address
    end
  end
  t.equal(#expected, 3)
  local output, status = run_with_hosts([[
    local S = require "minisock"
    for _, address in ipairs(assert(S.getaddrinfo("several.test", 80))) do
      print(S.parseaddr(address).addr)
    end
  ]])
  t.equal(output, table.concat(expected, "\n") .. "\n")
  t.equal(status, 0)
end)

t.it("connect tries each until one answers", function()
  for _, host in ipairs { "127.17.34.1", "127.17.34.2", "127.17.34.3" } do
    local listener, address = net.keep(S.bind(host, 0))
    local output, status = run_with_hosts(([[
      local S = require "minisock"
      local fd, reached = assert(S.connect("several.test", %d))
      local parsed = S.parseaddr(reached)
      print(fd, parsed.addr, parsed.port, reached == S.getpeername(fd))
    ]]):format(S.parseaddr(address).port))
    t.matches(output, "^%d+\t" .. host:gsub("%.", "%%.") .. "\t" .. S.parseaddr(address).port .. "\ttrue\n$")
    t.equal(status, 0)
    net.shut(listener)
  end
end)

t.it("connect reports the last failure, and leaves nothing open", function()
  local port = S.parseaddr(net.refusing {
    any = function()
      return S.ipv4addr("127.17.34.1", 0)
    end,
  }).port
  local output, status = run_with_hosts(([[
    local S = require "minisock"
    local t = require "spec.support"
    local before = t.descriptors.open()
    print(S.connect("several.test", %d))
    t.same(t.descriptors.open(), before)
  ]]):format(port))
  t.equal(output, "nil\tconnect error: 111 (Connection refused)\n")
  t.equal(status, 0)
end)
