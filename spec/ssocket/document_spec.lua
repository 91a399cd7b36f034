-- The programs of the document, as they are there but for names and numbers.

local t = require "spec.support"
local net = require "spec.ssocket.support"

t.it("runs the program that fetches a page", function()
  local listener, host, port = net.listen()
  local child = t.process.start_lua(([[
    socket = require "ssocket"
    tcpsock = socket.tcp()
    ok, err = tcpsock:connect(%q, %d)
    if err then
        print(err)
    end
    tcpsock:write("GET / HTTP/1.1\r\n")
    tcpsock:write("\r\n")
    tcpsock:settimeout(1)
    data, err, partial = tcpsock:read(1024)
    if err == socket.ERROR_TIMEOUT then
      data = partial
    end
    io.output():write(data)
    tcpsock:close()
  ]]):format(host, port))
  local server = net.keep(listener:accept())
  t.equal(server:read(18), "GET / HTTP/1.1\r\n\r\n")
  server:write("HTTP/1.1 200 OK\r\n\r\nhello")
  local output, status = child:finish()
  t.equal(output, "HTTP/1.1 200 OK\r\n\r\nhello")
  t.equal(status, 0)
end)

t.it("runs the loop over lines", function()
  local listener, host, port = net.listen()
  local child = t.process.start_lua(([[
    local tcpsock = require("ssocket").tcp()
    assert(tcpsock:connect(%q, %d))
    local reader = tcpsock:readuntil("\r\n")
    while true do
        local data, err, partial = reader()
        if data then
            io.write("line: " .. data .. "\n")
        else
            io.write(err, ":", partial, "\n")
            break
        end
    end
  ]]):format(host, port))
  local server = net.keep(listener:accept())
  server:write("one\r\ntwo\r\nthree")
  server:close()
  t.equal(child:finish(), "line: one\nline: two\nConnection closed:three\n")
end)
