-- Programs that a case runs beside itself. They are ended by their id when the case ends.

local case = require "spec.support.case"
local place = require "spec.support.place"

local process = {}

local Child = {}
Child.__index = Child

local function quoted(word)
  return "'" .. tostring(word):gsub("'", "'\\''") .. "'"
end

--- Starts a program, given as a list of words, and returns it while it runs. Both its outputs can be
--- read from it, and its status is known at the end. Options: `input`, what it reads; `descriptors`,
--- how many it may have open; `memory`, how many KiB it may have.
function process.start(words, options)
  options = options or {}
  local command = {}
  for index, word in ipairs(words) do
    command[index] = quoted(word)
  end
  local input = "/dev/null"
  if options.input then
    input = place.temporary_path()
    local file = assert(io.open(input, "wb"))
    assert(file:write(options.input))
    assert(file:close())
  end
  local limit = options.descriptors and "ulimit -n " .. options.descriptors .. " && " or ""
  limit = limit .. (options.memory and "ulimit -v " .. options.memory .. " && " or "")
  -- The inner shell tells its id, and becomes the program.
  local inner = quoted(limit .. 'echo $$ && exec "$0" "$@"')
  local script = "sh -c " .. inner .. " " .. table.concat(command, " ") .. " <" .. quoted(input)
    .. ' 2>&1; status=$?; echo; echo "status $status"'
  local output = assert(io.popen(script, "r"))
  local child = setmetatable({ output = output, lines = {}, words = words }, Child)
  child.id = assert(output:read("*n", "*l"), words[1] .. " was not started")
  case.defer(function()
    if child.output then
      child:signal("KILL")
      child:finish()
    end
  end)
  return child
end

--- Starts Lua with a piece of code.
function process.start_lua(code, options)
  local command = assert(os.getenv("MOONWIRE_SPEC_COMMAND"), "MOONWIRE_SPEC_COMMAND is not set")
  return process.start({ command, "-e", code }, options)
end

--- Runs a program to its end. Returns what it wrote and its status: 128 and more for a signal.
function process.run(words, options)
  return process.start(words, options):finish()
end

--- Runs a piece of Lua to its end, which must be a good one, and returns what it wrote.
function process.run_lua(code, options)
  local output, status = process.start_lua(code, options):finish()
  if status ~= 0 then
    error("the child ended with status " .. status .. ": " .. output, 2)
  end
  return output
end

--- Reads up to a line in which the pattern is found, and returns what it captures.
function Child:expect(pattern)
  while true do
    local line = self.output:read("*l")
    if not line then
      error(self.words[1] .. " ended before it wrote " .. pattern .. ": "
        .. table.concat(self.lines, "\n"), 2)
    end
    self.lines[#self.lines + 1] = line
    if line:find(pattern) then
      return line:match(pattern)
    end
  end
end

--- Sends a signal, given by its name.
function Child:signal(name)
  os.execute("kill -" .. name .. " " .. self.id .. " 2>/dev/null")
end

--- Waits for the end. Returns what the program wrote since the last `expect`, and its status.
function Child:finish()
  local output = self.output:read("*a")
  self.output:close()
  self.output = nil
  local rest, status = output:match("^(.*)\nstatus (%d+)\n$")
  return rest or output, tonumber(status)
end

--- Lua code for the value, to put into the code of a child.
function process.literal(value)
  if type(value) == "string" then
    return '"' .. value:gsub(".", function(byte)
      return string.format("\\%03d", byte:byte())
    end) .. '"'
  end
  return tostring(value)
end

return process
