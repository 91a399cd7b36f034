-- needs: socat
-- The echo examples, for socat.

local t = require "spec.support"
local net = require "spec.lsocket.support"

local command = assert(os.getenv("MOONWIRE_SPEC_COMMAND"))

local function start_server(...)
  return t.process.start { command, "examples/lsocket/echo_server.lua", ... }
end

local function socat(address, input)
  -- The time is for a datagram, which has no end.
  return t.process.run({ "socat", "-t", "2", "-", address }, { input = input })
end

local text = "a line\nand another\n"

for _, family in ipairs(net.hosts) do
  local six = family.name == "inet6"
  local host = six and "[::1]" or "127.0.0.1"
  local version = six and "6" or nil
  for _, transport in ipairs { "tcp", "udp" } do
    t.it("the echo server serves " .. transport .. " (" .. family.name .. ")", function()
      local port = start_server(transport, version):expect("port (%d+)")
      local name = transport:upper() .. (six and "6" or "4")
      t.same({ socat(name .. ":" .. host .. ":" .. port, text) }, { text, 0 })
    end)
    t.it("the echo client and server understand each other: " .. transport .. " (" .. family.name .. ")", function()
      local port = start_server(transport, version):expect("port (%d+)")
      local words = { command, "examples/lsocket/echo_client.lua", transport }
      words[#words + 1] = version
      words[#words + 1] = port
      words[#words + 1] = "hello"
      t.same({ t.process.run(words) }, { "hello\n", 0 })
    end)
  end
end

for _, family in ipairs { net.families.unix, net.families.abstract } do
  t.it("the echo server serves a unix socket (" .. family.name .. ")", function()
    local path = family.any()
    start_server("unix", path):expect("echoing")
    local address = path:sub(1, 1) == "@" and "ABSTRACT-CONNECT:" .. path:sub(2) or "UNIX-CONNECT:" .. path
    t.same({ socat(address, text) }, { text, 0 })
    local client = { command, "examples/lsocket/echo_client.lua", "unix", path }
    t.same({ t.process.run(client) }, { "hello from lsocket\n", 0 })
  end)
end

t.it("the echo server carries much, both ways", function()
  local port = start_server():expect("port (%d+)")
  local much = t.bytes(2000000)
  local output, status = socat("TCP4:127.0.0.1:" .. port, much)
  t.equal(status, 0)
  t.equal(output == much, true)
end)

t.it("the echo client uses socat", function()
  local path = t.temporary_path()
  local server = t.process.start { "socat", "-d", "-d", "UNIX-LISTEN:" .. path, "EXEC:cat" }
  server:expect("listening on")
  t.same({ t.process.run { command, "examples/lsocket/echo_client.lua", "unix", path, "x" } }, { "x\n", 0 })
end)

t.it("the echo client tells why it fails", function()
  local output, status = t.process.run { command, "examples/lsocket/echo_client.lua", "unix", "/no/such" }
  t.same({ output, status }, { "echo_client: No such file or directory\n", 1 })
end)

t.it("the multicast examples carry the time", function()
  local network = [[
    ip link set lo up multicast on && ip route add 224.0.0.0/4 dev lo &&
    { ip -6 route add local ff00::/8 dev lo table local 2>/dev/null; true; } && exec "$0" "$@"
  ]]
  if select(2, t.process.run { "unshare", "-rn", "sh", "-c", network, "true" }) ~= 0 then
    t.pass_over("the multicast examples", "no network of its own can be made here")
    return
  end
  for _, version in ipairs { "", "6" } do
    local output, status = t.process.run { "unshare", "-rn", "sh", "-c", network, "sh", "-c", ([[
      lua=$0
      $lua examples/lsocket/multicast_receiver.lua %s > $1 & first=$!
      $lua examples/lsocket/multicast_receiver.lua %s > $1.2 & second=$!
      while ! [ -s $1 ] || ! [ -s $1.2 ]; do sleep 0.05; done
      $lua examples/lsocket/multicast_sender.lua %s 7777 %s 1
      while ! grep -q ": [0-9]*:" $1 || ! grep -q ": [0-9]*:" $1.2; do sleep 0.05; done
      kill $first $second
      cat $1 $1.2
      rm $1 $1.2
    ]]):format(version, version, version, version == "6" and "ff15::6d6f" or "239.255.77.77"),
      command, t.temporary_path() }
    t.equal(status, 0)
    t.equal(select(2, output:gsub(": %d%d:%d%d:%d%d", "")), 2)
  end
end)
