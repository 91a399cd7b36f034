-- needs: python3
-- Against Python's own socket modules.

local S = require "ssocket"
local t = require "spec.support"
local net = require "spec.ssocket.support"

t.it("fetches from Python's HTTP server", function()
  local child = t.process.start { "python3", "-u", "-c", [[
import http.server
class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    def do_GET(self):
        body = self.path.encode() * 1000
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
    def log_message(self, *arguments):
        pass
server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
print("port", server.server_port)
server.handle_request()
]] }
  local client = net.keep(S.tcp())
  t.equal(client:connect("127.0.0.1", tonumber(child:expect("^port (%d+)$"))), true)
  client:settimeout(10)
  local line = client:readuntil("\r\n")
  for round = 1, 3 do
    t.equal(client:write("GET /" .. round .. " HTTP/1.1\r\nHost: localhost\r\n\r\n") > 0, true)
    t.equal(line(), "HTTP/1.1 200 OK")
    local length
    repeat
      local header = assert(line())
      length = header:match("^Content%-Length: (%d+)$") or length
    until header == ""
    t.equal(client:read(tonumber(length)), ("/" .. round):rep(1000))
  end
  client:close()
  child:finish()
end)

t.it("exchanges datagrams, and is told that the other end has gone", function()
  local socket, host, port = net.datagram(net.families.ipv4)
  local child = t.process.start { "python3", "-c", ([[
import socket
own = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
own.sendto(b"", (%q, %d))
own.sendto(bytes(range(256)), (%q, %d))
data, peer = own.recvfrom(1000)
assert data == b"answer" and peer[1] == %d, (data, peer)
]]):format(host, port, host, port, port) }
  t.equal(socket:recv(1000), "")
  local data, from = socket:recvfrom(1000)
  t.equal(data, t.bytes(256))
  t.equal(socket:connect(net.arguments(from)), true)
  t.equal(socket:send("answer"), true)
  local _, status = child:finish()
  t.equal(status, 0)
  t.equal(socket:send("gone"), true)
  socket:settimeout(5)
  t.fails(S.ERROR_REFUSED, socket:recv(100))
end)

t.it("reads a record of which every byte is a packet", function()
  local server, child = net.python_peer([[
for byte in b"word by word\r\nand then\r\n":
    peer.sendall(bytes([byte]))
    time.sleep(0.002)
]])
  server:settimeout(5)
  local line = server:readuntil("\r\n")
  t.equal(line(), "word by word")
  t.equal(line(), "and then")
  net.ends(S.ERROR_CLOSED, "", line())
  child:finish()
end)
