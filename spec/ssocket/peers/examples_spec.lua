-- needs: python3 nc socat
-- The examples against programs that are not ours.

local S = require "ssocket"
local t = require "spec.support"
local net = require "spec.ssocket.support"

local command = os.getenv("MOONWIRE_SPEC_COMMAND")

local function example(name, ...)
  return { command, "examples/ssocket/" .. name .. ".lua", ... }
end

local function http_server()
  local child = t.process.start { "python3", "-u", "-c", [[
import http.server
class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    def do_GET(self):
        if self.path == "/missing":
            self.send_error(404)
            return
        self.send_response(200)
        self.close_connection = True
        if self.path == "/chunked":
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            for size in (1, 20, 30000):
                self.wfile.write(b"%x\r\n" % size + b"c" * size + b"\r\n")
            self.wfile.write(b"0\r\n\r\n")
        elif self.path == "/length":
            self.send_header("Content-Length", "100000")
            self.end_headers()
            self.wfile.write(b"l" * 100000)
        else:
            self.end_headers()
            self.wfile.write(b"e" * 1000)
    def log_message(self, *arguments):
        pass
server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
print("port", server.server_port)
server.serve_forever()
]] }
  return child:expect("^port (%d+)$")
end

t.it("fetches over HTTP, however the body ends", function()
  local base = "http://127.0.0.1:" .. http_server()
  for path, body in pairs {
    ["/chunked"] = ("c"):rep(30021), ["/length"] = ("l"):rep(100000), ["/end"] = ("e"):rep(1000),
  } do
    local output, status = t.process.run(example("http_client", base .. path))
    t.equal(status, 0)
    t.equal(output:gsub("status %d+\n", ""), body)
  end
  t.equal(select(2, t.process.run(example("http_client", base .. "/missing"))), 1)
  local output, status = t.process.run(example("http_client", "http://127.0.0.1:1/"))
  t.equal(status, 1)
  t.matches(output, "http_client: " .. S.ERROR_REFUSED)
end)

t.it("gets what comes", function()
  local output, status = t.process.run(example("get", "127.0.0.1", http_server()))
  t.equal(status, 0)
  t.matches(output, "^HTTP/1.1 200 OK\r\n.*" .. ("e"):rep(1000) .. "$")
end)

t.it("prints the lines of socat", function()
  local path = t.temporary_path()
  local server = t.process.start({ "socat", "-d", "-d", "-u", "-", "UNIX-LISTEN:" .. path },
    { input = "one\ntwo\nend" })
  server:expect("listening on")
  local output, status = t.process.run(example("lines", "unix:" .. path))
  t.equal(status, 0)
  t.equal(output, "line: one\nline: two\nwithout an end: end\n" .. S.ERROR_CLOSED .. "\n")
  server:finish()
end)

t.it("lets people chat, with nc as well", function()
  local server = t.process.start(example("chat", "127.0.0.1", "0"))
  local port = server:expect("^listening on 127.0.0.1 port (%d+)$")
  local function join(name)
    local client = net.keep(S.tcp())
    assert(client:connect("127.0.0.1", tonumber(port)))
    client:settimeout(10)
    local line = client:readuntil("\n")
    t.equal(client:read(11), "your name? ")
    client:write(name .. "\r\n")
    return client, line
  end
  local anna, anna_line = join("anna")
  -- A line without an end keeps nobody waiting.
  local slow = net.keep(S.tcp())
  assert(slow:connect("127.0.0.1", tonumber(port)))
  slow:write("slo")
  local bert, bert_line = join("bert")
  t.equal(anna_line(), "* bert is here")
  bert:write("hello\nhow are you?\n")
  t.equal(anna_line(), "bert: hello")
  t.equal(anna_line(), "bert: how are you?")
  anna:write("fi")
  anna:write("ne\n")
  t.equal(bert_line(), "anna: fine")
  slow:write("w\nat last\n")
  t.equal(anna_line(), "* slow is here")
  t.equal(anna_line(), "slow: at last")
  t.equal(bert_line(), "* slow is here")
  t.equal(bert_line(), "slow: at last")
  slow:close()
  t.equal(anna_line(), "* slow has left")
  local nc = t.process.start({ "nc", "-N", "127.0.0.1", port }, { input = "nc\nfrom nc\n" })
  t.equal(anna_line(), "* nc is here")
  t.equal(anna_line(), "nc: from nc")
  t.equal(anna_line(), "* nc has left")
  nc:finish()
  -- Who does not read is not waited for.
  bert:close()
  t.equal(anna_line(), "* bert has left")
end)
