-- needs: curl
-- An HTTP server in a few lines, for curl.

local S = require "minisock"
local t = require "spec.support"
local net = require "spec.minisock.support"

--- How curl is told to reach an address.
local function target(family, raw)
  local address = S.parseaddr(raw)
  if family.name == "unix" then
    return { "--unix-socket", address.path, "http://localhost/a%20path?query" }
  elseif family.name == "abstract" then
    return { "--abstract-unix-socket", address.path:sub(2), "http://localhost/a%20path?query" }
  end
  local host = family.name == "ipv6" and "[::1]" or "127.0.0.1"
  return { "http://" .. host .. ":" .. address.port .. "/a%20path?query" }
end

local function start_curl(family, address, ...)
  local words = { "curl", "--silent", "--show-error", "--max-time", "30", "--noproxy", "*", ... }
  for _, word in ipairs(target(family, address)) do
    words[#words + 1] = word
  end
  return t.process.start(words)
end

--- Reads the head of a request, and returns it with what has come after it.
local function read_head(fd)
  local text = ""
  while true do
    local part = assert(S.read(fd))
    assert(part ~= "", "the request ends early")
    text = text .. part
    local _, stop = text:find("\r\n\r\n", 1, true)
    if stop then
      return text:sub(1, stop), text:sub(stop + 1)
    end
  end
end

local function answer(fd, body)
  net.write_all(fd, "HTTP/1.1 200 OK\r\nContent-Length: " .. #body .. "\r\nConnection: close\r\n\r\n")
  net.write_all(fd, body)
  net.shut(fd)
end

net.it("serves a page", function(family)
  local listener, address = net.listen(family)
  local child = start_curl(family, address)
  local server = net.keep(S.accept(listener))
  local head = read_head(server)
  t.matches(head, "^GET /a%%20path%?query HTTP/1%.1\r\n")
  answer(server, "Hello, curl.\n")
  local output, status = child:finish()
  t.equal(output, "Hello, curl.\n")
  t.equal(status, 0)
end)

net.it("serves a large file, every byte of it", function(family)
  local listener, address = net.listen(family)
  local path = t.temporary_path()
  local child = start_curl(family, address, "--output", path)
  local server = net.keep(S.accept(listener))
  read_head(server)
  local body = t.bytes(3000000)
  answer(server, body)
  local output, status = child:finish()
  t.equal(output, "")
  t.equal(status, 0)
  local file = assert(io.open(path, "rb"))
  local got = file:read("*a")
  file:close()
  t.equal(#got, #body)
  t.equal(got == body, true)
end)

net.it("takes what curl uploads", function(family)
  local listener, address = net.listen(family)
  local path = t.temporary_path()
  local body = t.bytes(300000)
  local file = assert(io.open(path, "wb"))
  assert(file:write(body))
  file:close()
  local child = start_curl(family, address, "--header", "Expect:", "--data-binary", "@" .. path)
  local server = net.keep(S.accept(listener))
  local head, rest = read_head(server)
  t.matches(head, "^POST ")
  t.equal(tonumber(head:match("Content%-Length: (%d+)")), #body)
  local parts, length = { rest }, #rest
  while length < #body do
    parts[#parts + 1] = assert(S.read(server))
    length = length + #parts[#parts]
  end
  t.equal(table.concat(parts) == body, true)
  answer(server, "taken")
  local output, status = child:finish()
  t.equal(output, "taken")
  t.equal(status, 0)
end)
