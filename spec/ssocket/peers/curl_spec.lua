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

--- Reads a request and answers it with its first line and how much was posted.
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
  local answer = request .. ", " .. #body .. " bytes\n"
  assert(server:write(("HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s"):format(#answer, answer)))
  return body
end

for name, url in pairs(ways) do
  if net.families[name] then
    t.it("serves curl over " .. name, function()
      local listener = net.listen(net.families[name])
      listener:settimeout(20)
      local place, option, value = url(listener:getsockname())
      local body = ("post "):rep(50000)
      local words = { "curl", "-sS", "--max-time", "20", "--data-binary", "@-", place, place .. "second" }
      words[#words + 1] = option
      words[#words + 1] = value
      local child = t.process.start(words, { input = body })
      local server = net.keep(listener:accept())
      server:settimeout(20)
      t.equal(serve(server) == body, true)
      if name == "abstract" then
        -- curl takes a new connection for each page there.
        server = net.keep(listener:accept())
        server:settimeout(20)
      end
      t.equal(serve(server) == body, true)
      net.ends(S.ERROR_CLOSED, "", server:read(1))
      local output, status = child:finish()
      t.equal(status, 0)
      t.equal(output, "POST / HTTP/1.1, 250000 bytes\nPOST /second HTTP/1.1, 250000 bytes\n")
    end)
  end
end
