-- Holds `types/<module>.lua`, the annotations for the Lua language server, against what a module
-- really exports.

local types = {}

-- The names that the annotations give to `owner`, a local variable of the file.
local function annotated(file, owner)
  local names = {}
  for line in io.lines("types/" .. file .. ".lua") do
    local name = line:match("^function " .. owner .. "[.:]([%w_]+)%(")
      or line:match("^" .. owner .. "%.([%w_]+) =")
    if name then
      assert(not names[name], file .. ".lua names " .. name .. " twice")
      names[name] = true
    end
  end
  return names
end

local function difference(left, right)
  local names = {}
  for name in pairs(left) do
    if right[name] == nil then
      names[#names + 1] = name
    end
  end
  table.sort(names)
  return table.concat(names, ", ")
end

--- `types/<file>.lua` names exactly the fields of `exported` under its local variable `owner`. For
--- the methods of an object, pass `types.methods(object)`.
function types.check(file, owner, exported)
  local names = annotated(file, owner)
  local missing, surplus = difference(exported, names), difference(names, exported)
  if missing ~= "" or surplus ~= "" then
    error(("types/%s.lua, %s: missing (%s), not exported (%s)"):format(file, owner, missing, surplus), 2)
  end
end

--- The methods of an object, which its locked metatable hides from everything but this.
function types.methods(object)
  return debug.getmetatable(object).__index
end

return types
