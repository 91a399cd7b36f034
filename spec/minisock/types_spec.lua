local S = require "minisock"
local t = require "spec.support"
local types = require "spec.support.types"

t.it("annotates exactly what the module exports", function()
  types.check("minisock", "minisock", S)
end)
