-- Addresses as the bytes of a struct sockaddr, as the documents spell them out.

local S = require "minisock"
local t = require "spec.support"
local net = require "spec.minisock.support"

--- Two bytes in the order of the network, as string.pack(">H", port) makes them.
local function port_bytes(port)
  return string.char(math.floor(port / 256), port % 256)
end

t.it("connects to the IPv4 address of the document's form", function()
  local _, address = net.listen(net.families.ipv4)
  local port = S.parseaddr(address).port
  local raw = "\2\0" .. port_bytes(port) .. string.char(127, 0, 0, 1) .. "\0\0\0\0\0\0\0\0"
  t.equal(raw, address)
  t.equal(S.getpeername(net.keep(S.connect(raw))), raw)
end)

t.it("binds to the IPv4 address of the document's form", function()
  local listener = net.keep(S.bind("\2\0\0\0\127\0\0\1\0\0\0\0\0\0\0\0"))
  t.equal(S.getsockname(listener):sub(5, 8), "\127\0\0\1")
end)

t.it("takes the unix address of the document's form, with and without trailing NULs", function()
  for _, tail in ipairs { "", "\0", "\0\0\0\0", ("\0"):rep(30) } do
    local path = t.temporary_path()
    local listener = net.keep(S.bind("\1\0" .. path .. tail))
    t.equal(S.parseaddr(S.getsockname(listener)).path, path)
    t.equal(net.is_listed(path), true)
    for _, other_tail in ipairs { "", "\0", "\0\0\0" } do
      net.keep(S.connect("\1\0" .. path .. other_tail))
    end
  end
end)

t.it("takes a unix address padded to the size of the structure", function()
  local path = t.temporary_path()
  net.keep(S.bind("\1\0" .. path .. ("\0"):rep(108 - #path)))
  net.keep(S.connect("\1\0" .. path))
end)

t.it("takes the abstract address of the document's form", function()
  local raw = "\1\0\0" .. t.unique_name()
  local listener = net.keep(S.bind(raw))
  t.equal(S.getsockname(listener), raw)
  net.keep(S.connect(raw))
end)

t.it("returns whole addresses", function()
  for name, size in pairs { ipv4 = 16, ipv6 = 28 } do
    if net.families[name] then
      local listener, address = net.listen(net.families[name])
      local client = net.keep(S.connect(address))
      local _, from = net.keep(S.accept(listener))
      local _, reached = net.keep(S.connect(S.getnameinfo(address, true)))
      t.equal(#address, size)
      t.equal(#from, size)
      t.equal(#reached, size)
      t.equal(#S.getpeername(client), size)
    end
  end
end)

local ipv4, ipv6 = S.ipv4addr("127.0.0.1", 9), S.ipv6addr("::1", 9)

local refused = {
  "", "\0", "\1", "\2", "\10", "\0\0", "\2\0", "\10\0", "\255\255", "x", "no address at all",
  "\0\0" .. ("\0"):rep(14), -- AF_UNSPEC
  "\16\0" .. ("\0"):rep(10), -- AF_NETLINK
  "\17\0" .. ("\0"):rep(18), -- AF_PACKET
  "\0\2" .. ipv4:sub(3), -- the family in the order of the network
  ipv4:sub(1, 3), ipv4:sub(1, 4), ipv4:sub(1, 7), ipv4:sub(1, 8), ipv4:sub(1, 15),
  ipv6:sub(1, 3), ipv6:sub(1, 8), ipv6:sub(1, 16), ipv6:sub(1, 23),
}

local udp = S.udpsocket()

local calls = {
  bind = S.bind,
  connect = S.connect,
  parseaddr = S.parseaddr,
  getnameinfo = S.getnameinfo,
  sendto = function(address)
    local count, message = S.sendto(udp, address, "x")
    return count, message
  end,
  udpsocket = function(address)
    -- These are the ways to ask for an unbound socket.
    if address == "" or address == "\10" then
      return nil, "udpsocket error: 22 (Invalid argument)"
    end
    local fd, message = S.udpsocket(address)
    return fd, message
  end,
}

for name, call in pairs(calls) do
  t.it("refuses what is too short or of an unknown family (" .. name .. ")", function()
    for _, address in ipairs(refused) do
      local results = t.pack(call(address))
      local number, text = tostring(results[2]):match("^" .. name .. " error: (%d+) %((.*)%)$")
      local known = number == "22" and text == "Invalid argument"
        or number == "97" and text == "Address family not supported by protocol"
      if results[1] ~= nil or not known then
        error(t.show(address) .. " gives " .. t.show(results))
      end
    end
  end)
end

t.it("refuses an unnamed unix address where there has to be a name", function()
  t.fails_like("^connect error: %d+ %(", S.connect("\1\0"))
  t.fails_like("^sendto error: %d+ %(", S.sendto(udp, "\1\0", "x"))
end)

S.close(udp)
