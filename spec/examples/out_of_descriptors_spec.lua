-- needs: prlimit
-- Servers that have no descriptor left: they say so, do not turn in circles, and serve whoever waits
-- when there are descriptors again.

local S = require "minisock"
local t = require "spec.support"

local command = assert(os.getenv("MOONWIRE_SPEC_COMMAND"))

local GET = "GET /Cargo.toml HTTP/1.0\r\n\r\n"

--- Each server with its arguments; what it prints with its port; what a client sends, and the beginning
--- of what it gets.
local servers = {
  { "llsocket/fileserver", ".", pattern = ":(%d+)/$", request = GET, answer = "HTTP/1.1 200 OK" },
  { "minisock/httpd", ".", pattern = ":(%d+)/$", request = GET, answer = "HTTP/1.1 200 OK" },
  { "lsocket/http_server", ".", pattern = ":(%d+)/$", request = GET, answer = "HTTP/1.1 200 OK" },
  { "lsocket/echo_server", pattern = "port (%d+)$", request = "hello", answer = "hello" },
  { "ssocket/chat", "127.0.0.1", "0", pattern = "port (%d+)$", request = "anna\n", answer = "your name?" },
}

--- How often a server is refused a descriptor, and the least time that this takes, in seconds: it
--- pauses after each.
local FAILURES, LEAST = 4, 0.3

local function limit(child, descriptors)
  local output, status = t.process.run {
    "prlimit", "--pid", child.id, "--nofile=" .. descriptors .. ":",
  }
  t.equal(output, "")
  t.equal(status, 0)
end

for _, server in ipairs(servers) do
  t.it(server[1], function()
    local words = { command, "examples/" .. server[1] .. ".lua" }
    for index = 2, #server do
      words[index + 1] = server[index]
    end
    local child = t.process.start(words)
    local port = tonumber(child:expect(server.pattern))
    limit(child, 3)
    local client
    local took = t.timed(function()
      -- The kernel has found a descriptor for an accept that waits already: this one is accepted.
      S.close(assert(S.connect("127.0.0.1", port)))
      client = assert(S.connect("127.0.0.1", port))
      t.defer(function()
        S.close(client)
      end)
      for _ = 1, FAILURES do
        child:expect("Too many open files")
      end
    end)
    t.between(took, LEAST - t.grain, t.at_once)
    limit(child, 64)
    assert(S.write(client, server.request))
    local answer = ""
    repeat
      local bytes = assert(S.read(client, 20000))
      answer = answer .. bytes
    until #answer >= #server.answer or bytes == ""
    t.equal(answer:sub(1, #server.answer), server.answer)
  end)
end
