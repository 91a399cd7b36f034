local case = require "case"
local uv = require "luv"
local server = uv.new_tcp()
assert(server:bind(case.host, 0))
assert(server:listen(4096, function(problem)
  assert(not problem, problem)
  local connection = uv.new_tcp()
  server:accept(connection)
  connection:read_start(function(_, data)
    if data then
      connection:write(data)
    else
      connection:close()
    end
  end)
end))
case.announce(server:getsockname().port)
uv.run()
