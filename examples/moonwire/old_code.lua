-- A program that was written for `ssocket` and blocks wherever it waits, made concurrent.
--
--   moonwire examples/moonwire/old_code.lua [clients]
--
-- Between the lines is the old program, of which nothing has been changed: a server that greets a client
-- and echoes its lines, and a client that takes its time. Below them it runs many times over, side by side
-- in one thread, and its time-outs hold as they did.

local socket = require "ssocket"

-- The old program ------------------------------------------------------------------------------------------

local function serve(connection)
  connection:settimeout(5)
  local next_line = connection:readuntil("\n")
  connection:write("hello\n")
  while true do
    local line = next_line()
    if not line then
      break
    end
    connection:write(line .. "\n")
  end
  connection:close()
end

-- Sends some words, with a pause before each, and gives back what comes; nil and a message where that
-- does not come in time.
local function talk(host, port, words, pause, patience)
  local client = socket.tcp()
  client:settimeout(patience)
  assert(client:connect(host, port))
  local next_line = client:readuntil("\n")
  local heard = { assert(next_line()) }
  for _, word in ipairs(words) do
    -- ssocket has no sleep: waiting for nothing does as well.
    socket.select({}, {}, pause)
    client:write(word .. "\n")
    local line, message = next_line()
    if not line then
      client:close()
      return nil, message
    end
    heard[#heard + 1] = line
  end
  client:close()
  return table.concat(heard, " ")
end

-- What is new ----------------------------------------------------------------------------------------------

local moonwire = require "moonwire"
local count = tonumber(arg[1] or "100")

moonwire.run(function()
  local listener = socket.tcp()
  assert(listener:bind("127.0.0.1", 0))
  assert(listener:listen())
  local name = assert(listener:getsockname())
  local host, port = name[1], name[2]
  print(("listening on %s port %d"):format(host, port))
  local server = moonwire.spawn(function()
    while true do
      local connection, message = listener:accept()
      if connection then
        moonwire.spawn(serve, connection)
      elseif message == socket.ERROR_CLOSED then
        break
      else
        -- There is no descriptor left, for instance. The connection waits in the queue.
        moonwire.sleep(0.1)
      end
    end
  end)

  -- A server that accepts nobody: its clients wait for a greeting until their patience is at its end.
  local deaf = socket.tcp()
  assert(deaf:bind("127.0.0.1", 0))
  assert(deaf:listen())
  local deaf_name = assert(deaf:getsockname())
  local impatient = moonwire.spawn(function()
    return pcall(talk, host, deaf_name[2], { "anybody?" }, 0, 0.2)
  end)

  local began = moonwire.now()
  local tasks = {}
  for index = 1, count do
    tasks[index] = moonwire.spawn(talk, host, port, { "one", "two", "client " .. index }, 0.1, 5)
  end
  -- A client that fails ends with an error, which is told here. The others go on.
  local good = 0
  for index, task in ipairs(tasks) do
    local ok, heard, message = task:join()
    if heard == "hello one two client " .. index then
      good = good + 1
    else
      io.stderr:write(("client %d: %s\n"):format(index, ok and message or heard))
    end
  end
  local _, _, message = impatient:join()
  print(("%d of %d clients heard everything, in %.1f s"):format(good, count, moonwire.now() - began))
  print("the one who waited for nothing: " .. message:gsub("^.-: ", ""))
  listener:close()
  server:join()
end)
