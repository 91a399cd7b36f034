local S = require "minisock"
local t = require "spec.support"

local numbers = {
  BUFSIZE = 4096,
  UDPMAXSIZE = 2048,
  DEFAULT_TIMEOUT = 10000,
  -- As <poll.h> has them.
  POLLIN = 1,
  POLLOUT = 4,
  POLLERR = 8,
  POLLHUP = 16,
  POLLNVAL = 32,
}

local functions = {
  "bind", "accept", "connect", "read", "write", "close",
  "udpsocket", "sendto", "recvfrom",
  "getsockname", "getpeername", "getaddrinfo", "getnameinfo",
  "msleep", "poll",
  "ipv4addr", "ipv6addr", "unixaddr", "parseaddr", "pollfd", "unpollfds",
}

t.it("has the constants that the documents name", function()
  t.matches(S.VERSION, "%d")
  for name, value in pairs(numbers) do
    t.equal(S[name], value)
    t.integer(S[name])
  end
end)

t.it("has the functions that the documents name", function()
  for _, name in ipairs(functions) do
    if type(S[name]) ~= "function" then
      error(name .. " is " .. t.show(S[name]))
    end
  end
end)

t.it("has nothing else", function()
  local known = { VERSION = true }
  for name in pairs(numbers) do
    known[name] = true
  end
  for _, name in ipairs(functions) do
    known[name] = true
  end
  for name in pairs(S) do
    if not known[name] then
      error("no document names " .. tostring(name))
    end
  end
end)

t.it("is the same table for every require, and no global", function()
  t.equal(require "minisock", S)
  t.equal(rawget(_G, "minisock"), nil)
end)
