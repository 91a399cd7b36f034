-- What every spec uses: `local t = require "spec.support"`.
--
-- A spec is a plain Lua script that runs from top to bottom and fails by an error. This file only
-- gathers the parts; each says for itself what it is for. All of it runs on every Lua that the
-- modules run on.

local parts = {
  require "spec.support.bytes",
  require "spec.support.case",
  require "spec.support.check",
  require "spec.support.clock",
  (require "spec.support.place"),
}

local support = {
  descriptors = require "spec.support.descriptors",
  process = require "spec.support.process",
  outside_only = require("spec.support.task").outside_only,
}
for _, part in ipairs(parts) do
  for name, value in pairs(part) do
    assert(support[name] == nil, "two parts of spec.support have a " .. name)
    support[name] = value
  end
end

return support
