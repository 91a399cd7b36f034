-- Comparisons that say what was expected and what was got.

local check = {}

local unpack = table.unpack or unpack
local integer_type = math.type or function() end

--- The values with their number in `n`: a list that may hold nil.
function check.pack(...)
  return { n = select("#", ...), ... }
end

--- The values of such a list, from the first or a later one on.
function check.unpack(list, first)
  return unpack(list, first or 1, list.n)
end

local function show_string(text)
  local long = #text > 200
  local shown = text:sub(1, 200):gsub('[%c"\\\127-\255]', function(byte)
    if byte == '"' or byte == "\\" then
      return "\\" .. byte
    end
    return string.format("\\%03d", byte:byte())
  end)
  return '"' .. shown .. '"' .. (long and "... (" .. #text .. " bytes)" or "")
end

--- The value in words, for messages.
function check.show(value)
  if type(value) == "string" then
    return show_string(value)
  elseif type(value) ~= "table" or getmetatable(value) then
    return tostring(value)
  end
  local words = {}
  for key, field in pairs(value) do
    local shown = type(key) == "string" and key or "[" .. tostring(key) .. "]"
    words[#words + 1] = shown .. " = " .. check.show(field)
  end
  table.sort(words)
  return "{" .. table.concat(words, ", ") .. "}"
end

local function show_all(results)
  local words = {}
  for index = 1, results.n do
    words[index] = check.show(results[index])
  end
  return results.n == 0 and "nothing" or table.concat(words, ", ")
end

local function is_equal(actual, expected)
  return actual == expected and integer_type(actual) == integer_type(expected)
end

local function is_same(actual, expected)
  if type(actual) ~= "table" or type(expected) ~= "table" then
    return is_equal(actual, expected)
  end
  for key, value in pairs(expected) do
    if not is_same(actual[key], value) then
      return false
    end
  end
  for key in pairs(actual) do
    if expected[key] == nil then
      return false
    end
  end
  return true
end

local function expect(ok, expected, actual, level)
  if not ok then
    error("expected " .. expected .. "\n     got " .. actual, level + 1)
  end
end

--- The two are equal, and where Lua has integers both are integers or neither is.
function check.equal(actual, expected)
  expect(is_equal(actual, expected), check.show(expected), check.show(actual), 2)
end

--- The two are equal, and tables are when what they hold is.
function check.same(actual, expected)
  expect(is_same(actual, expected), check.show(expected), check.show(actual), 2)
end

--- The value is a string in which the pattern is found.
function check.matches(actual, pattern)
  local ok = type(actual) == "string" and actual:find(pattern)
  expect(ok, "a string that matches " .. check.show(pattern), check.show(actual), 2)
end

--- The number is an integer, also in the eyes of a Lua that has integers.
function check.integer(actual)
  local ok = type(actual) == "number" and actual % 1 == 0
  ok = ok and (not math.type or math.type(actual) == "integer")
  expect(ok, "an integer", check.show(actual), 2)
end

--- The number lies between the two, both included.
function check.between(actual, least, most)
  local ok = type(actual) == "number" and actual >= least and actual <= most
  expect(ok, "a number from " .. least .. " to " .. most, check.show(actual), 2)
end

--- The results are those of a failure, nil and a message, and this is the message.
function check.fails(message, ...)
  local results = check.pack(...)
  local ok = results.n == 2 and results[1] == nil and results[2] == message
  expect(ok, "nil, " .. check.show(message), show_all(results), 2)
end

--- The results are those of a failure, with a message in which the pattern is found.
function check.fails_like(pattern, ...)
  local results = check.pack(...)
  local ok = results.n == 2 and results[1] == nil and type(results[2]) == "string"
  ok = ok and results[2]:find(pattern)
  expect(ok, "nil and a message that matches " .. check.show(pattern), show_all(results), 2)
end

--- Calls the function from one known line. Returns whether it came back, what it returned or raised,
--- and what `luaL_where` puts in front of an error that is raised there.
function check.call(fn, ...)
  local arguments = check.pack(...)
  local where
  local results = check.pack(pcall(function()
    local here = debug.getinfo(1, "Sl")
    where = here.short_src .. ":" .. (here.currentline + 3) .. ": "
    -- Not a tail call, which would leave no caller whose position could be named; and on one line.
    local returned = check.pack(fn(unpack(arguments, 1, arguments.n)))
    return unpack(returned, 1, returned.n)
  end))
  return results, where
end

local function check_raised(ok, expected, fn, level, ...)
  local results, where = check.call(fn, ...)
  if results[1] then
    local returned = check.pack(unpack(results, 2, results.n))
    expect(false, "an error: " .. expected, "no error, but " .. show_all(returned), level)
  end
  local message = results[2]
  local raised = type(message) == "string" and ok(message, where)
  local shown = type(message) == "string" and check.show(message) or "a " .. type(message) .. ": " .. tostring(message)
  expect(raised, "the error " .. expected, shown, level)
end

--- The call raises a string in which the pattern is found.
function check.raises(pattern, fn, ...)
  check_raised(function(message)
    return message:find(pattern)
  end, "that matches " .. check.show(pattern), fn, 3, ...)
end

--- The call raises exactly `bad argument #<position> to '<name>' (<reason>)`, with the position of
--- the caller in front.
function check.bad_argument(position, name, reason, fn, ...)
  local expected = "bad argument #" .. position .. " to '" .. name .. "' (" .. reason .. ")"
  check_raised(function(message, where)
    return message == where .. expected
  end, "with the caller's position and then " .. expected, fn, 3, ...)
end

--- The same where no document gives the reason its words.
function check.refused_argument(position, name, fn, ...)
  local expected = "bad argument #" .. position .. " to '" .. name .. "' ("
  check_raised(function(message, where)
    local head = where .. expected
    return message:sub(1, #head) == head and message:find("[^(]%)$")
  end, "with the caller's position and then " .. expected .. "...)", fn, 3, ...)
end

return check
