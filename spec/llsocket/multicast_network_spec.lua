-- needs: ip
-- Multicast and what else crosses a network: between two network namespaces that are joined by a pair of
-- virtual interfaces.

local t = require "spec.support"

local command = assert(os.getenv("MOONWIRE_SPEC_COMMAND"))

local here, there = t.unique_name(), t.unique_name()
local near, far = "mwa" .. t.process_id() % 100000, "mwb" .. t.process_id() % 100000

--- Runs `ip`, and says whether it went well.
local function ip(line)
  local words = { "ip" }
  for word in line:gmatch("%S+") do
    words[#words + 1] = word
  end
  local output, status = t.process.run(words)
  return status == 0, output
end

--- Sets the network up, or returns why that cannot be done.
local function join()
  for _, name in ipairs { here, there } do
    t.defer(function()
      ip("netns del " .. name)
    end)
  end
  for _, line in ipairs {
    "netns add " .. here,
    "netns add " .. there,
    ("link add %s netns %s type veth peer name %s netns %s"):format(near, here, far, there),
    ("-n %s addr add 10.77.0.1/24 dev %s"):format(here, near),
    ("-n %s addr add 10.77.0.2/24 dev %s"):format(there, far),
    ("-n %s addr add fd77::1/64 dev %s nodad"):format(here, near),
    ("-n %s addr add fd77::2/64 dev %s nodad"):format(there, far),
    ("-n %s link set %s up"):format(here, near),
    ("-n %s link set %s up"):format(there, far),
    ("-n %s link set lo up"):format(here),
    ("-n %s link set lo up"):format(there),
  } do
    local ok, output = ip(line)
    if not ok then
      return "ip " .. line .. ": " .. output
    end
  end
end

--- Waits until both ends of the pair carry packets: what is sent before that is dropped.
local function await_carrier()
  local deadline = t.now() + 10
  for _, place in ipairs { { here, near }, { there, far } } do
    repeat
      local _, output = ip(("-n %s -o link show dev %s"):format(place[1], place[2]))
      assert(t.now() < deadline, output)
    until output:find("state UP", 1, true)
  end
end

--- Starts a piece of Lua in one of the namespaces.
local function start(namespace, code)
  return t.process.start { "ip", "netns", "exec", namespace, command, "-e", [[
    local L = require "llsocket"
    io.stdout:setvbuf("line")
    local function bound(host, port)
      local ai = assert(L.inet.getaddrinfo(host, port or "0", L.SOCK_DGRAM, nil, L.AI_NUMERICHOST))
      local sock = assert(L.socket.new(ai))
      local err = sock:bind()
      assert(not err, err)
      return sock
    end
    local function info(host, port)
      return assert(L.inet.getaddrinfo(host, port, L.SOCK_DGRAM, nil, L.AI_NUMERICHOST))[1]
    end
    local function ok(err)
      assert(err == nil, err)
    end
  ]] .. code }
end

--- The member prints what it receives; its commands are run one after the other, each after a word from
--- the sender. What comes from another source than the last word's sender is of no interest.
local function member(any, port, steps)
  return start(there, ([[
    local sock = bound(%q, %q)
    sock:rcvtimeo(5)
    local interface = %q
    %s
    print("done")
  ]]):format(any, port, far, steps))
end

local families = {
  {
    name = "ipv4", any = "0.0.0.0", own = "10.77.0.1", peer = "10.77.0.2", group = "239.77.7.7",
    nobody = "10.77.0.99",
  },
  {
    name = "ipv6", any = "::", own = "fd77::1", peer = "fd77::2", group = "ff15::7777", nobody = "fd77::99",
  },
}

for _, family in ipairs(families) do
  if family.name == "ipv6" and not t.has_ipv6() then
    t.pass_over("ipv6 between namespaces", "this machine has no ::1")
  else
    t.it("reaches members over a network (" .. family.name .. ")", function()
      local why = join()
      if why then
        return t.pass_over("a network of two namespaces", why)
      end
      await_carrier()
      -- The member's wish is in force when it has written that it is ready; then the sender sends to the
      -- group and, for a sign that all has come, to the member itself.
      local receiver = member(family.any, "7777", ([[
        local group, source, nobody = %q, %q, %q
        local function count()
          local got, ai = 0, nil
          print("ready")
          while true do
            local message, from, err = sock:recvfrom()
            assert(message, err or "nothing has come in time")
            if message == "end" then
              return print("got " .. got)
            end
            got, ai = got + 1, from
          end
        end
        count()
        ok(sock:mcastjoin(group, interface))
        count()
        ok(sock:mcastblocksrc(group, source, interface))
        count()
        ok(sock:mcastunblocksrc(group, source, interface))
        count()
        ok(sock:mcastleave(group, interface))
        count()
        ok(sock:mcastjoinsrc(group, nobody, interface))
        count()
        ok(sock:mcastjoinsrc(group, source, interface))
        count()
        ok(sock:mcastleavesrc(group, source, interface))
        count()
      ]]):format(family.group, family.own, family.nobody))
      local function sends()
        receiver:expect("^ready$")
        local output, status = start(here, ([[
          local sock = bound(%q)
          assert(sock:mcastif(%q) == %q)
          assert(sock:sendto("x", info(%q, "7777")) == 1)
          assert(sock:sendto("end", info(%q, "7777")) == 3)
        ]]):format(family.own, near, near, family.group, family.peer)):finish()
        t.equal(output, "")
        t.equal(status, 0)
        return tonumber((receiver:expect("^got (%d)$")))
      end
      for step, expected in ipairs { 0, 1, 0, 1, 0, 0, 1, 0 } do
        local got = sends()
        if got ~= expected then
          error("step " .. step .. ": expected " .. expected .. ", got " .. got)
        end
      end
      receiver:expect("^done$")
    end)
  end
end

t.it("puts the hops into the packets", function()
  local why = join()
  if why then
    return t.pass_over("a network of two namespaces", why)
  end
  local receiver = start(there, ([[
    local ai = assert(L.inet.getaddrinfo("0.0.0.0", nil, L.SOCK_RAW, L.IPPROTO_UDP))
    local sock = assert(L.socket.new(ai))
    ok(sock:mcastjoin("239.77.7.8", %q))
    sock:rcvtimeo(5)
    print("ready")
    print("ttl " .. assert(sock:recv()):byte(9))
  ]]):format(far))
  receiver:expect("^ready$")
  local output = start(here, ([[
    local sock = bound("10.77.0.1")
    assert(sock:mcastif(%q) and sock:mcastttl(7) == 7)
    assert(sock:sendto("x", info("239.77.7.8", "7777")) == 1)
  ]]):format(near)):finish()
  t.equal(output, "")
  t.equal(receiver:expect("^ttl (%d+)$"), "7")
end)

t.it("reaches a scoped address over a network", function()
  local why = join()
  if why or not t.has_ipv6() then
    return t.pass_over("a network of two namespaces with IPv6", why or "this machine has no ::1")
  end
  -- A link-local address is there when the interface has been up for a moment, and can be bound to when
  -- the network is sure that nobody else has it.
  local link_local = [[
    local function link_local()
      while true do
        for _, interface in ipairs(L.device.interfaces()) do
          for _, address in ipairs(interface.addresses) do
            local sock = address.ip:find("^fe80") and L.socket.new(info(address.ip, "7778"))
            if sock and not sock:bind() then
              return sock, address.ip
            end
          end
        end
      end
    end
  ]]
  local receiver = start(there, link_local .. [[
    local sock, ip = link_local()
    print("at " .. ip:match("^[^%%]+"))
    sock:rcvtimeo(5)
    local _, from = sock:recvfrom()
    print("from " .. from:addr().ip)
  ]])
  local address = receiver:expect("^at (fe80.*)$")
  local output = start(here, link_local .. ([[
    assert(link_local():sendto("x", info("%s%%%s", "7778")))
  ]]):format(address, near)):finish()
  t.equal(output, "")
  t.matches(receiver:expect("^from (.*)$"), "^fe80.*%%" .. far .. "$")
end)
