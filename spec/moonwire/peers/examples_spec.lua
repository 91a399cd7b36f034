-- needs: curl python3 nc socat
-- The examples against programs that are not ours.

local t = require "spec.support"

local command = os.getenv("MOONWIRE_SPEC_COMMAND")

local function example(name, ...)
  return { command, "examples/moonwire/" .. name .. ".lua", ... }
end

-- Starts an example that listens. Returns it, its address, and its host and port.
local function start(pattern, ...)
  local child = t.process.start(example(...))
  local address = child:expect(pattern)
  return child, address, address:match("^%[?(.-)%]?:(%d+)$")
end

-- Ends an example that ends gracefully, and returns what it wrote then.
local function stop(child)
  child:signal("TERM")
  local output, status = child:finish()
  t.equal(status, 0)
  return output
end

-- What a server answers to these bytes.
local function tell(address, text)
  local output = t.process.run({ "socat", "-t10", "-", "TCP:" .. address }, { input = text })
  return output
end

local function count(text, pattern)
  return select(2, text:gsub(pattern, ""))
end

t.it("echoes, and ends when everybody has been served", function()
  local server, address, host, port = start("^listening on (.+)$", "echo_server")
  t.equal(tell(address, "one\ntwo"), "one\ntwo")
  t.equal((t.process.run({ "nc", "-N", host, port }, { input = "from nc\n" })), "from nc\n")
  -- One who is being served when the server ends is served to the end.
  local client = t.process.start { "python3", "-u", "-c", [[
import socket, sys
client = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
client.sendall(b"before")
print(client.recv(100).decode())
while True:
    try:
        socket.create_connection(("127.0.0.1", int(sys.argv[1]))).close()
    except ConnectionRefusedError:
        break
client.sendall(b"after")
print(client.recv(100).decode())
client.close()
]], port }
  client:expect("^before$")
  server:signal("TERM")
  client:expect("^after$")
  t.equal(select(2, client:finish()), 0)
  local output, status = server:finish()
  t.equal(status, 0)
  t.equal(output, "ending: TERM\neverybody has been served\n")
end)

t.it("serves curl over one connection", function()
  local server, address = start("^serving http://(.+)/$", "http_server")
  local url = "http://" .. address
  local output, status = t.process.run { "curl", "-sS", "-w", "%{http_code} %{num_connects}\n",
    url .. "/plain", url .. "/plain?query", url .. "/missing" }
  t.equal(status, 0)
  t.equal(output, "Hello, moon!\n200 1\nHello, moon!\n200 0\n404 Not Found\n404 0\n")
  t.matches(t.process.run { "curl", "-sS", "-I", url }, "^HTTP/1.1 200 OK\r\n.*Content%-Length: 54\r\n")
  t.matches(t.process.run { "curl", "-sS", "-i", "-0", url }, "\r\nConnection: close\r\n")
  -- A body is thrown away, and the connection goes on.
  output = t.process.run { "curl", "-sS", "-d", "a=b", "-w", "%{num_connects}\n", url, url }
  t.equal(output, "405 Method Not Allowed\n1\n405 Method Not Allowed\n0\n")
  local large = t.temporary_path()
  local file = assert(io.open(large, "wb"))
  file:write(("b"):rep(2000000))
  file:close()
  output = t.process.run { "curl", "-sS", "--data-binary", "@" .. large, url }
  t.equal(output, "413 Content Too Large\n")
  t.equal(stop(server), "done\n")
end)

t.it("answers requests that come at once in their order", function()
  local server, address = start("^serving http://(.+)/$", "http_server")
  local output = tell(address, "GET /plain HTTP/1.1\r\nHost: a\r\n\r\nHEAD /plain HTTP/1.1\r\nHost: a\r\n\r\n"
    .. "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabcGET /missing HTTP/1.1\r\nHost: a\r\n\r\n"
    .. "GET http://a HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n")
  local statuses = {}
  for status in output:gmatch("HTTP/1%.1 (%d+)") do
    statuses[#statuses + 1] = status
  end
  t.equal(table.concat(statuses, " "), "200 200 405 404 200")
  t.equal(count(output, "Hello, moon!\n"), 2)
  t.equal(stop(server), "done\n")
end)

t.it("refuses requests that are none", function()
  local server, address = start("^serving http://(.+)/$", "http_server")
  local bad = {
    ["hello\r\n\r\n"] = 400,
    ["GET / HTTP/1.1\r\n\r\n"] = 400,
    ["GET  / HTTP/1.1\r\nHost: a\r\n\r\n"] = 400,
    ["GET / HTTP/1.1\r\nHost : a\r\n\r\n"] = 400,
    ["GET / HTTP/1.1\r\nHost: a\r\n b\r\n\r\n"] = 400,
    ["GET / HTTP/1.1\r\nHost: a\r\nContent-Length: x\r\n\r\n"] = 400,
    ["GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n"] = 400,
    ["GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999999\r\n\r\n"] = 413,
    ["GET / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"] = 501,
    ["GET / HTTP/2.0\r\nHost: a\r\n\r\n"] = 505,
    ["GET / HTTP/1.1\r\nHost: a\r\nX: " .. ("x"):rep(100000)] = 431,
  }
  for request, status in pairs(bad) do
    local output = tell(address, request)
    t.equal(output:match("^HTTP/1%.1 (%d+)"), tostring(status))
    t.matches(output, "\r\nConnection: close\r\n")
    t.equal(count(output, "HTTP/1"), 1)
  end
  t.equal(stop(server), "done\n")
end)

t.it("forwards to a name, and to a unix socket", function()
  local server, address = start("^serving http://(.+)/$", "http_server")
  local target = address:gsub("^127%.0%.0%.1", "localhost")
  local forwarder, front = start("^forwarding (.-) to ", "port_forwarder", target)
  local output = t.process.run { "curl", "-sS", "http://" .. front .. "/plain" }
  t.equal(output, "Hello, moon!\n")
  local path = t.temporary_path()
  local sorter = t.process.start { "socat", "-d", "-d", "UNIX-LISTEN:" .. path .. ",fork", "EXEC:sort" }
  sorter:expect("listening on")
  local second, second_front = start("^forwarding (.-) to ", "port_forwarder", "unix:" .. path)
  -- `sort` answers when it has read to the end, which has to get through.
  t.equal(tell(second_front, "b\nc\na\n"), "a\nb\nc\n")
  local third, third_front = start("^forwarding (.-) to ", "port_forwarder", "127.0.0.1:1")
  t.equal(tell(third_front, "x"), "")
  third:expect("^connect 127%.0%.0%.1:1: Connection refused$")
  for _, child in ipairs { forwarder, second, third, sorter } do
    child:signal("KILL")
    child:finish()
  end
  stop(server)
end)

t.it("lets people chat", function()
  local server, _, host, port = start("^listening on (.+)$", "chat_server")
  local anna = t.process.start { "python3", "-u", "-c", [[
import socket, sys
client = socket.create_connection((sys.argv[1], int(sys.argv[2])))
assert client.recv(11) == b"your name? "
client.sendall(b"anna\r\n")
print("here")
for line in client.makefile():
    print(line, end="")
    if line.startswith("bert"):
        client.sendall(b"hello, " + b"bert\n")
]], host, port }
  anna:expect("^here$")
  local bert = t.process.start { "python3", "-u", "-c", [[
import socket, sys
client = socket.create_connection((sys.argv[1], int(sys.argv[2])))
assert client.recv(11) == b"your name? "
client.sendall(b"bert\nhi")
client.sendall(b" all\n")
print(client.makefile().readline(), end="")
]], host, port }
  bert:expect("^anna: hello, bert$")
  t.equal(select(2, bert:finish()), 0)
  anna:expect("^%* bert is here$")
  anna:expect("^bert: hi all$")
  anna:expect("^%* bert has left$")
  local nc = t.process.start({ "nc", "-N", host, port }, { input = "nc\nfrom nc\n" })
  anna:expect("^nc: from nc$")
  anna:expect("^%* nc has left$")
  nc:finish()
  for _, child in ipairs { anna, server } do
    child:signal("KILL")
    child:finish()
  end
end)

t.it("receives datagrams in batches", function()
  local receiver, address, host, port = start("^listening on (.+)$", "udp_batch_receiver")
  local _, status = t.process.run { "python3", "-c", [[
import socket, sys
clients = [socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in range(2)]
for index in range(500):
    clients[index % 2].sendto(b"d" * 100, (sys.argv[1], int(sys.argv[2])))
]], host, port }
  t.equal(status, 0)
  t.process.run({ "socat", "-u", "-", "UDP:" .. address }, { input = "from socat" })
  receiver:expect("^%d+ datagrams$")
  local datagrams, bytes, senders, batches =
    stop(receiver):match("(%d+) datagrams, (%d+) bytes, from (%d+) senders, in (%d+) batches\n$")
  t.equal(datagrams, "501")
  t.equal(bytes, "50010")
  t.equal(senders, "3")
  t.equal(tonumber(batches) <= 501, true)
end)

t.it("fetches what comes in time, and gives up the rest", function()
  local output, status = t.process.run(example("crawler"))
  t.equal(status, 0)
  t.matches(output, "200 pages in 1%.%d+ s: 180 fetched, 10 failed, 10 too late\n$")
  local server = t.process.start { "python3", "-u", "-c", [[
import http.server, time
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        time.sleep(60 if self.path == "/late" else 0)
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"b" * 1000)
    def log_message(self, *arguments):
        pass
server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
print("port", server.server_port)
server.serve_forever()
]] }
  local url = "http://localhost:" .. server:expect("^port (%d+)$")
  output = t.process.run(example("crawler", "-t", "2", url .. "/page", url .. "/late", "http://127.0.0.1:1"))
  t.matches(output, "/page\tstatus 200, 1000 bytes\n")
  t.matches(output, "/late\tno answer in time\n")
  t.matches(output, "http://127.0.0.1:1\tconnect 127.0.0.1:1: Connection refused\n")
  server:signal("KILL")
  server:finish()
end)

t.it("takes its turns in a loop of somebody else", function()
  local output, status = t.process.run(example("external_loop", "poll", "0.5"))
  t.equal(status, 0)
  local ticks, exchanges = output:match("(%d+) ticks of poll, (%d+) exchanges of ours\n$")
  t.equal(tonumber(ticks) >= 4, true)
  t.equal(tonumber(exchanges) >= 10, true)
end)

t.it("runs old code side by side", function()
  local output, status = t.process.run(example("old_code", "50"))
  t.equal(status, 0)
  t.matches(output, "50 of 50 clients heard everything")
  t.matches(output, "the one who waited for nothing: Operation timed out\n")
end)
