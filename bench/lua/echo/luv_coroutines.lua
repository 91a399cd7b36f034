-- As luv.lua, with a coroutine for each connection that looks as if it blocked.
local case = require "case"
local uv = require "luv"
local server = uv.new_tcp()
assert(server:bind(case.host, 0))

local function echo(connection)
  local thread = coroutine.running()
  connection:read_start(function(_, data)
    assert(coroutine.resume(thread, data))
  end)
  while true do
    local data = coroutine.yield()
    if not data then
      break
    end
    connection:write(data)
  end
  connection:close()
end

assert(server:listen(4096, function(problem)
  assert(not problem, problem)
  local connection = uv.new_tcp()
  server:accept(connection)
  coroutine.wrap(echo)(connection)
end))
case.announce(server:getsockname().port)
uv.run()
