local moonwire = require "moonwire"
local t = require "spec.support"
local tasks = require "spec.moonwire.tasks"

--- What a child wrote that must end well: `print` and errors together.
local function output_of(code)
  return t.process.run_lua('io.stdout:setvbuf("no") local moonwire = require "moonwire"\n' .. code)
end

local HEAD = "moonwire: a task that nobody has joined has failed: "

t.it("tells of a task that has failed and that nobody has joined", function()
  local output = output_of [[
    moonwire.run(function()
      moonwire.spawn(function()
        local function culprit() error("boom") end
        moonwire.sleep(0.001)
        culprit()
      end)
    end)
    print("goes on")
  ]]
  t.matches(output, "^" .. HEAD .. "[^\n]*: boom\nstack traceback:\n.*culprit.*\ngoes on\n")
end)

t.it("tells of it soon, while the loop runs", function()
  local output = output_of [[
    moonwire.run(function()
      moonwire.spawn(error, "boom")
      moonwire.sleep(0.01)
      print("still running")
      moonwire.sleep(0.01)
    end)
  ]]
  t.matches(output, "^" .. HEAD .. "boom.*still running")
end)

t.it("tells of it at the end where the program still holds the task", function()
  local output = output_of [[
    local held
    moonwire.run(function()
      held = moonwire.spawn(error, "boom")
      moonwire.sleep(0.01)
      print("still running")
    end)
    print("over")
  ]]
  t.matches(output, "still running\n" .. HEAD .. "boom.*over")
end)

t.it("tells at once of the main function's where other tasks go on, and raises it when they have ended", function()
  local output = output_of [[
    print(pcall(moonwire.run, { keep_going = true }, function()
      moonwire.spawn(function()
        moonwire.sleep(0.01)
        print("goes on")
      end)
      moonwire.yield()
      error("boom", 0)
    end))
  ]]
  t.matches(output, "^moonwire: the function of run has failed, and other tasks go on: boom\n.*goes on\nfalse\tboom")
end)

t.it("tells of each once, and of none that was joined", function()
  local output = output_of [[
    moonwire.run(function()
      for index = 1, 3 do moonwire.spawn(error, "boom " .. index .. "!") end
      local joined = moonwire.spawn(error, "joined")
      print(pcall(joined.join, joined))
      print(pcall(moonwire.group, function(group) group:spawn(error, "in a group") end))
      local cancelled = moonwire.spawn(function() error((select(2, moonwire.sleep(60)))) end)
      moonwire.yield()
      cancelled:cancel()
    end)
  ]]
  for index = 1, 3 do
    t.equal(select(2, output:gsub(HEAD .. "boom " .. index .. "!", "")), 1)
  end
  t.equal(select(2, output:gsub(HEAD, "")), 3)
end)

t.it("tells of errors that are no strings", function()
  local output = output_of [[
    moonwire.run(function()
      moonwire.spawn(error, {})
      moonwire.spawn(error, nil)
      moonwire.spawn(error, setmetatable({}, { __tostring = function() error("nobody asks") end }))
    end)
    print("over")
  ]]
  t.equal(select(2, output:gsub(HEAD, "")), 3)
  t.matches(output, "over\n")
end)

t.it("tells of what steps have run", function()
  local output = output_of [[
    moonwire.spawn(error, "boom")
    while moonwire.step(0) do end
    collectgarbage()
    collectgarbage()
    print("over")
  ]]
  t.matches(output, HEAD .. "boom.*over")
end)

t.it("goes on where nobody can be told", function()
  for _, stderr in ipairs { "/dev/full", "&-" } do
    local output = t.process.run { "sh", "-c", os.getenv("MOONWIRE_SPEC_COMMAND") .. [[ -e '
      local moonwire = require "moonwire"
      moonwire.run(function()
        moonwire.spawn(error, "boom")
        moonwire.sleep(0.01)
        moonwire.spawn(error, "boom")
      end)
      print("over")
    ' 2>]] .. stderr }
    t.equal(output, "over\n")
  end
end)

t.it("ends the program with the traceback of the main function", function()
  local output, status = t.process.start_lua([[
    local moonwire = require "moonwire"
    local function culprit() error("boom") end
    moonwire.run(function()
      moonwire.yield()
      culprit()
    end)
  ]]):finish()
  t.equal(status, 1)
  t.matches(output, ": boom\nstack traceback:\n.*culprit")
end)

t.it("can be left in the middle", function()
  for _, code in ipairs { "os.exit(7)", "os.exit(7, true)", "os.exit(7, false)" } do
    local output, status = t.process.start_lua([[
      local moonwire, minisock = require "moonwire", require "minisock"
      local listener = assert(minisock.bind(minisock.ipv4addr("127.0.0.1", 0)))
      moonwire.run(function()
        local channel = moonwire.channel()
        for index = 1, 5 do
          moonwire.spawn(function() return channel:receive() end)
          moonwire.spawn(moonwire.sleep, 60)
          moonwire.spawn(minisock.accept, listener)
          moonwire.spawn(moonwire.group, function(group) group:spawn(moonwire.sleep, 60) moonwire.sleep(60) end)
          moonwire.spawn(function() ("x"):gsub("x", function() return minisock.accept(listener, 60000) end) end)
          moonwire.spawn(function() ("x"):gsub("x", function() return channel:receive() end) end)
          moonwire.spawn(coroutine.wrap(function() return minisock.getaddrinfo("localhost", 80) end))
        end
        moonwire.yield()
        moonwire.yield()
        coroutine.wrap(function() ]] .. code .. [[ end)()
      end)
    ]]):finish()
    t.equal(output, "")
    t.equal(status, 7)
  end
end)

local deep = {
  function() local function deeper() return 1 + deeper() end return deeper() end,
  function()
    local function deeper()
      moonwire.yield()
      return 1 + deeper()
    end
    return deeper()
  end,
  function()
    local depth = 0
    local function deeper()
      depth = depth + 1
      if depth % 1000 == 0 then
        moonwire.yield()
      end
      return 1 + deeper()
    end
    return (("x"):gsub("x", function() return deeper() end))
  end,
  function()
    local object
    object = setmetatable({}, { __index = function(_, key) return object[key .. "x"] end })
    return object.field
  end,
}
-- LuaJIT itself does not count how deep its C functions call each other.
if not jit then
  deep[#deep + 1] = function()
    local depth = 0
    local function deeper()
      depth = depth + 1
      if depth % 10 == 0 then
        moonwire.yield()
      end
      return (("x"):gsub("x", deeper))
    end
    return deeper()
  end
  deep[#deep + 1] = function()
    local function deeper()
      table.sort({ 3, 2, 1 }, function(a, b)
        deeper()
        return a < b
      end)
    end
    deeper()
  end
  deep[#deep + 1] = function()
    local function deeper()
      moonwire.yield()
      local ok, message = coroutine.resume(coroutine.create(deeper))
      if not ok then error(message, 0) end
    end
    deeper()
  end
end

t.it("calls that are too deep are errors", function()
  for _, dive in ipairs(deep) do
    moonwire.run(function()
      local list = {}
      for index = 1, 3 do
        list[index] = moonwire.spawn(dive)
      end
      for _, task in ipairs(list) do
        local ok, message = task:join()
        t.equal(ok, false)
        -- The latter where an error is one too many.
        t.matches(tostring(message):gsub("error in error handling", "overflow"), "overflow")
      end
    end)
  end
end)

t.it("patterns and chunks that are too deep are errors as without tasks", function()
  moonwire.run(function()
    local text, pattern = ("a"):rep(300000), ("a?"):rep(250)
    local source = "return " .. ("("):rep(300) .. "1" .. (")"):rep(300)
    local task = moonwire.spawn(function()
      return { pcall(string.match, text, pattern) }, { (loadstring or load)(source) }
    end)
    local _, matched, loaded = task:join()
    t.equal(type(matched[1]), "boolean")
    t.equal(loaded[1], nil)
    t.equal(type(loaded[2]), "string")
  end)
end)

t.it("errors in error handlers and in finalisers do not leave a task", function()
  moonwire.run(function()
    local task = moonwire.spawn(function()
      local ok = xpcall(function()
        moonwire.yield()
        error("one")
      end, function()
        moonwire.yield()
        error("two")
      end)
      return ok
    end)
    tasks.results({ n = 2, true, false }, task:join())
    -- Finalisers run outside of what a task has to answer for.
    setmetatable({}, { __gc = function() moonwire.sleep(0.001) end })
    moonwire.spawn(error, "boom"):join()
    collectgarbage()
    collectgarbage()
    t.equal(moonwire.yield(), true)
  end)
end)
