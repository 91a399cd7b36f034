-- The module and the modules within it.

local t = require "spec.support"

t.it("gives one table for a module, however it is required", function()
  local inet = require "llsocket.inet"
  local L = require "llsocket"
  t.equal(L.inet, inet)
  for _, name in ipairs { "unix", "socket", "device" } do
    t.equal(require("llsocket." .. name), L[name])
  end
end)

t.it("needs none of the others", function()
  for _, name in ipairs { "inet", "unix", "socket", "device" } do
    t.equal(t.process.run_lua(([[
      local module = require "llsocket.%s"
      local name, fn = next(module)
      assert(type(fn) == "function")
      if module.pair then
        print(tostring(module.pair(1)[1]):match("^(llsocket.socket: )"))
      else
        print("llsocket.socket: ")
      end
    ]]):format(name)), "llsocket.socket: \n")
  end
end)
