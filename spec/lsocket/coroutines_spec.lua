-- A coroutine may be the first to require a module, and be collected.

local t = require "spec.support"

t.it("outlives the coroutine that required it", function()
  local output = t.process.run_lua [[
    local function load(name)
      return coroutine.wrap(function()
        return (require(name))
      end)()
    end
    local function replace_what_is_collected()
      collectgarbage()
      collectgarbage()
      local coroutines = {}
      for index = 1, 1000 do
        coroutines[index] = coroutine.create(function() end)
      end
    end
    local lsocket = load "lsocket"
    replace_what_is_collected()
    local core = package.loaded["moonwire.core"]
    if core then
      print((pcall(core, "nosuch")))
      print((pcall(core)))
    end
    local minisock = load "minisock"
    replace_what_is_collected()
    print(pcall(require, "ssocket.nosuch") == false and type(require "ssocket"))
    assert(lsocket.bind(0))
    assert(minisock.msleep(0))
    print "done"
  ]]
  t.matches(output, "table\ndone")
end)
