-- Calls every function of a module with every kind of wrong value in every position.
--
-- The caller names, for every function, the kinds of its arguments and how to make valid ones. Each
-- call then has one value that is not as it should be, and must end in one of these ways:
--
-- - it raises `bad argument #<position> to '<name>' (<reason>)` with the caller's position in front,
--   in Lua's own words where the type is wrong;
-- - it returns nil and a message, where the type is right (a number is a string to Lua, and a string
--   that reads as a number is one);
-- - it succeeds, where the value is as good as another.

local case = require "spec.support.case"
local check = require "spec.support.check"

local wrong_values = {}

local values = {
  n = 0,
  add = function(self, value)
    self.n = self.n + 1
    self[self.n] = value
  end,
}

values:add(nil)
values:add(true)
values:add(false)
values:add({})
values:add(print)
values:add(function() end)
values:add(coroutine.create(function() end))
values:add(io.stdout)
for _, text in ipairs { "", "\0", "word", "a\0b", ("x"):rep(20000), "999999", " 999999 ", "-1", "0.5" } do
  values:add(text)
end
for _, number in ipairs { 0.5, -0.5, 0 / 0, math.huge, -math.huge, 1e300, -1e300, 2 ^ 63 } do
  values:add(number)
end
-- None of the small numbers that a descriptor of this process could have.
for _, number in ipairs { -1, -2 ^ 31, 2 ^ 31 - 1, 2 ^ 31, 2 ^ 32, 2 ^ 32 + 1, 2 ^ 53, -2 ^ 53 } do
  values:add(number)
end
values:add(-2 ^ 63)
if math.type then
  values:add(math.maxinteger)
  values:add(math.mininteger)
end

--- Whether the value, as the name of a host, would be looked up by somebody else than this process, or be
--- an address somewhere else. Such a value is better not tried.
function wrong_values.is_foreign_host(value)
  if type(value) == "number" then
    return true
  end
  return type(value) == "string" and value ~= "" and not value:find("\0", 1, true) and #value <= 1000
end

--- The same for a value in the first position: a `skip` of `try_all`.
function wrong_values.is_foreign_first(position, value)
  return position == 1 and wrong_values.is_foreign_host(value)
end

--- What `type` and Lua's messages call the value; the latter name some userdata by its metatable.
local function type_names(value)
  if type(value) == "userdata" then
    local metatable = debug.getmetatable(value)
    return { "userdata", metatable and rawget(metatable, "__name") }
  end
  return { type(value) }
end

local function has_integer(number)
  return number % 1 == 0 and number >= -2 ^ 63 and number < 2 ^ 63
end

--- The kinds of arguments. Each returns the words that an error has to hold, or nil where the value
--- is of the right type, whatever comes of it.
local kinds = {}

function kinds.integer(value)
  if type(value) == "number" then
    return not has_integer(value) and "number has no integer representation" or nil
  elseif not tonumber(value) then
    return "number expected, got "
  end
end

function kinds.string(value)
  if type(value) ~= "string" and type(value) ~= "number" then
    return "string expected, got "
  end
end

--- A string, where a number is none.
function kinds.text(value)
  if type(value) ~= "string" then
    return "string expected, got "
  end
end

--- An integer, where a string is none.
function kinds.count(value)
  if type(value) == "number" then
    return kinds.integer(value)
  end
  return "number expected, got "
end

--- A number, where a string is none.
function kinds.quantity(value)
  if type(value) ~= "number" then
    return "number expected, got "
  end
end

function kinds.number(value)
  if not tonumber(value) then
    return "number expected, got "
  end
end

function kinds.boolean(value)
  if type(value) ~= "boolean" then
    return "boolean expected, got "
  end
end

kinds["function"] = function(value)
  if type(value) ~= "function" then
    return "function expected, got "
  end
end

function kinds.table(value)
  if type(value) ~= "table" then
    return "table expected, got "
  end
end

--- An object of the module's own, which none of the values is.
function kinds.object()
  return " expected, got "
end

--- A string, or an object of the module's own. A number is neither.
function kinds.name(value)
  return kinds.text(value) and " expected, got "
end

--- A string or an integer: the words before "expected" are the module's own.
function kinds.either(value)
  if type(value) == "number" then
    return not has_integer(value) and "number has no integer representation" or nil
  elseif type(value) ~= "string" then
    return " expected, got "
  end
end

--- An integer or an object of the module's own, where a string is neither.
function kinds.descriptor(value)
  return type(value) == "number" and kinds.integer(value) or type(value) ~= "number" and " expected, got " or nil
end

--- A string or a table, where a number is neither.
function kinds.place(value)
  if type(value) ~= "string" and type(value) ~= "table" then
    return "string or table expected, got "
  end
end

function kinds.anything() end

--- The reasons that an error may give, or nil where there need not be one. `value` is absent when the
--- arguments end before it.
local function reasons(kind, absent, value)
  local word = kind:match("^%a+")
  local optional = kind:sub(-1) == "?"
  if value == nil and optional then
    return nil
  end
  local reason = kinds[word](value)
  if not reason or not reason:find("got $") then
    return reason and { reason }
  end
  local list = {}
  for index, name in ipairs(absent and { "no value" } or type_names(value)) do
    list[index] = reason .. name
  end
  return list
end

local function is_one_of(reason, expected)
  for _, text in ipairs(expected) do
    if reason == text or text:sub(1, 1) == " " and reason:sub(-#text) == text then
      return true
    end
  end
  return false
end

--- Says what is wrong with the outcome, or nothing.
local function fault(name, position, results, where, expected, returns)
  if results[1] then
    if expected then
      return "should have raised (" .. expected[1] .. ")"
    elseif returns then
      return not returns(check.unpack(results, 2)) and "should return something else" or nil
    elseif results.n > 1 and results[2] == nil then
      local message = results[3]
      local failed = results.n == 3 and type(message) == "string" and #message > 0
      return not failed and "should return nil and a message" or nil
    end
    return nil
  end
  local message = results[2]
  if type(message) ~= "string" then
    return "should raise a string, not a " .. type(message)
  end
  local head = where .. "bad argument #" .. position .. " to '" .. name .. "' ("
  if message:sub(1, #head) ~= head or message:sub(-1) ~= ")" then
    return "should raise " .. check.show(head .. "...)")
  end
  local reason = message:sub(#head + 1, -2)
  if expected and not is_one_of(reason, expected) then
    return "should have the reason " .. table.concat(expected, " or ")
  end
end

local function try(name, call, position, absent, value)
  local shift = call.method and 1 or 0
  local arguments = check.pack(call.arguments())
  assert(arguments.n == #call.kinds + shift, name .. ": the valid call has not the arguments it should")
  arguments[position + shift] = value
  arguments.n = absent and position + shift - 1 or arguments.n
  local results, where = check.call(call.fn, check.unpack(arguments))
  if call.undo and results[1] and results[2] ~= nil then
    call.undo(results[2], results[3])
  end
  local expected = reasons(call.kinds[position], absent, value)
  local wrong = fault(name, position, results, where, expected, call.returns)
  if wrong then
    error(name .. " with " .. (absent and "no value" or check.show(value)) .. " for argument "
      .. position .. " " .. wrong .. "\n     got " .. check.show(results), 0)
  end
end

local function try_call(name, call)
  case.it(name .. " succeeds with valid arguments", function()
    local results = check.call(call.fn, call.arguments())
    local good = results[2] ~= nil
    if call.returns then
      good = call.returns(check.unpack(results, 2))
    end
    if not results[1] or not good then
      error("got " .. check.show(results), 0)
    end
    if call.undo then
      call.undo(results[2], results[3])
    end
  end)
  for position, kind in ipairs(call.kinds) do
    case.it(name .. " withstands wrong values for argument " .. position, function()
      if kind ~= "anything" then
        try(name, call, position, true)
      end
      for index = 1, values.n do
        local value = values[index]
        if not (call.skip and call.skip(position, value)) then
          try(name, call, position, false, value)
        end
      end
    end)
  end
end

--- Tries all functions of a module, or all methods of an object. `calls[name]` is one valid call of
--- the function, or a list of them:
---
--- - `kinds`: one of the kinds above for each argument, with a "?" after it where nil and nothing are
---   the same as a valid value;
--- - `arguments()`: valid arguments, made anew for each call; for a method, the object comes first and
---   `method` is true. A call with them must not wait, whatever value takes the place of one;
--- - `returns(...)`: whether these are results of the call, a failure's included, where a failure is not
---   nil and a message;
--- - `undo(...)`: takes back what a success has done, given its first two results;
--- - `skip(position, value)`: true for a value that is a valid one, and better not tried.
function wrong_values.try_all(functions, calls)
  local names = {}
  for name, value in pairs(functions) do
    if type(value) == "function" then
      names[#names + 1] = name
      assert(calls[name], "no valid call of " .. name .. " is known")
    end
  end
  for name in pairs(calls) do
    assert(type(functions[name]) == "function", "there is no function " .. name)
  end
  table.sort(names)
  for _, name in ipairs(names) do
    local list = calls[name].kinds and { calls[name] } or calls[name]
    for _, call in ipairs(list) do
      call.fn = functions[name]
      try_call(name, call)
    end
  end
end

return wrong_values
