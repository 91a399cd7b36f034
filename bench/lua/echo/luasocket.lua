-- A coroutine for each connection; one that waits yields, and `select` tells who goes on.
local case = require "case"
local socket = require "socket"
local server = assert(socket.bind(case.host, 0, 4096))
server:settimeout(0)

local readers, serving = { server }, {}

local function leave(connection)
  serving[connection] = nil
  for index = 1, #readers do
    if readers[index] == connection then
      table.remove(readers, index)
      break
    end
  end
  connection:close()
end

local function echo(connection)
  while true do
    local all, problem, some = connection:receive(4096)
    local data = all or some
    if #data > 0 then
      connection:send(data)
    end
    if problem == "closed" then
      return leave(connection)
    end
    coroutine.yield()
  end
end

case.announce(select(2, server:getsockname()))
while true do
  for _, ready in ipairs((socket.select(readers))) do
    if ready == server then
      local connection = server:accept()
      while connection do
        connection:settimeout(0)
        readers[#readers + 1] = connection
        serving[connection] = coroutine.create(echo)
        connection = server:accept()
      end
    else
      assert(coroutine.resume(serving[ready], ready))
    end
  end
end
