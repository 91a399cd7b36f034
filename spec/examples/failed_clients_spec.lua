-- Examples of which one client fails: servers go on, and programs that come to an end still do.

local S = require "minisock"
local t = require "spec.support"

local command = assert(os.getenv("MOONWIRE_SPEC_COMMAND"))

local function example(name, ...)
  return { command, "examples/" .. name .. ".lua", ... }
end

t.it("fileserver goes on when clients ask for a file and reset the connection", function()
  local path = t.temporary_path()
  local file = assert(io.open(path, "wb"))
  file:write(("x"):rep(20000000))
  file:close()
  local server = t.process.start(example("llsocket/fileserver", "/tmp"))
  local port = tonumber(server:expect(":(%d+)/$"))
  local request = "GET /" .. path:match("[^/]+$") .. " HTTP/1.0\r\n\r\n"
  for count = 0, 9 do
    local client = assert(S.connect("127.0.0.1", port))
    assert(S.write(client, request))
    -- What has come and was not read makes the end of the connection a reset.
    if count % 2 == 0 then
      assert(S.read(client, 20000))
    end
    S.close(client)
  end
  local client = assert(S.connect("127.0.0.1", port))
  assert(S.write(client, request))
  t.matches(S.read(client, 20000), "^HTTP/1.1 200 OK")
  S.close(client)
end)

t.it("external_loop ends whatever there is no descriptor for", function()
  for descriptors = 6, 9 do
    local output, status = t.process.run(example("moonwire/external_loop", "poll", "0.2"),
      { descriptors = descriptors })
    t.matches(output, "%d+ ticks of poll, %d+ exchanges of ours\n")
    t.equal(status, 0)
  end
end)

t.it("crawler ends when its servers have no descriptors", function()
  local output, status = t.process.run(example("moonwire/crawler"), { descriptors = 30 })
  t.matches(output, "Too many open files")
  t.equal(status, 1)
end)
