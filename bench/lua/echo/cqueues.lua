local case = require "case"
local cqueues = require "cqueues"
local server = require("cqueues.socket").listen { host = case.host, port = 0, nodelay = true }
assert(server:listen())
local loop = cqueues.new()

local function echo(connection)
  connection:setmode("b", "bn")
  while true do
    local data = connection:read(-4096)
    if not data then
      break
    end
    connection:write(data)
  end
  connection:close()
end

loop:wrap(function()
  for connection in server:clients() do
    loop:wrap(echo, connection)
  end
end)
case.announce(select(3, server:localname()))
assert(loop:loop())
