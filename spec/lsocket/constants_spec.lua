local lsocket = require "lsocket"
local t = require "spec.support"

t.it("has the constants of the document", function()
  t.equal(lsocket.INADDR_ANY, "0.0.0.0")
  t.equal(lsocket.IN6ADDR_ANY, "::0")
  t.matches(lsocket._VERSION, "^lsocket .*%d+%.%d+")
end)

t.it("has the functions of the document, and no others", function()
  local names = {}
  for name, value in pairs(lsocket) do
    if type(value) == "function" then
      names[#names + 1] = name
    end
  end
  table.sort(names)
  t.same(names, { "bind", "connect", "getinterfaces", "resolve", "select" })
end)
