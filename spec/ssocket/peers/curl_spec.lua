-- needs: curl
-- A small HTTP server for curl, over TCP and unix sockets.

local S = require "ssocket"
local t = require "spec.support"
local net = require "spec.ssocket.support"

local ways = {
  ipv4 = function(address)
    return "http://127.0.0.1:" .. address[2] .. "/"
  end,
  ipv6 = function(address)
    return "http://[::1]:" .. address[2] .. "/"
  end,
  unix = function(address)
    return "http://localhost/", "--unix-socket", address
  end,
  abstract = function(address)
    return "http://localhost/", "--abstract-unix-socket", address:sub(2)
  end,
}

--- Reads a request and answers it with what was posted.
local function serve(server)
  local line = server:readuntil("\r\n")
  local request, length = assert(line()), 0
  while true do
    local header = assert(line())
    if header == "" then
      break
    end
    length = tonumber(header:match("^[Cc]ontent%-[Ll]ength: (%d+)")) or length
    if header:find("100-continue", 1, true) then
      server:write("HTTP/1.1 100 Continue\r\n\r\n")
    end
  end
  local body = assert(server:read(length))
  assert(server:write(("HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n"):format(#request + #body + 1)))
  assert(server:write(request .. "\n" .. body))
end

for name, url in pairs(ways) do
  if net.families[name] then
    t.it("serves curl over " .. name .. ", more than once on a connection", function()
      local listener = net.listen(net.families[name])
      listener:settimeout(20)
      local place, option, value = url(listener:getsockname())
      local body = ("post "):rep(50000)
      local words = { "curl", "-sS", "--max-time", "20", "--data-binary", "@-", place }
      if option then
        words[#words + 1] = option
        words[#words + 1] = value
      end
      for _, word in ipairs { "--next", "-sS", place .. "second" } do
        words[#words + 1] = word
      end
      if option then
        words[#words + 1] = option
        words[#words + 1] = value
      end
      local child = t.process.start(words, { input = body })
      local server = net.keep(listener:accept())
      server:settimeout(20)
      serve(server)
      serve(server)
      net.ends(S.ERROR_CLOSED, "", server:read(1))
      local output, status = child:finish()
      t.equal(status, 0)
      t.equal(output, "POST / HTTP/1.1\n" .. body .. "GET /second HTTP/1.1\n")
    end)
  end
end
