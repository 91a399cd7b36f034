-- Sockets that are objects.

local case = require "spec.support.case"
local check = require "spec.support.check"

local objects = {}

--- Passes on what a constructor returned, which must be a success, and has the object closed at the
--- end of the case.
function objects.keep(object, ...)
  if not object then
    error(tostring((...)), 2)
  end
  check.equal(type(object), "userdata")
  case.defer(function()
    object:close()
  end)
  return object, ...
end

--- Lets Lua collect what nothing refers to any more.
function objects.collect()
  -- What a finaliser was called for in one round goes in the next.
  collectgarbage()
  collectgarbage()
end

--- The object's metatable can be neither seen nor replaced, no field can be set, and none is there but
--- the methods.
function objects.is_locked(object)
  check.equal(getmetatable(object), false)
  check.equal(pcall(setmetatable, object, {}), false)
  check.raises("attempt to index", function()
    object.field = 1
  end)
  check.equal(object.field, nil)
  check.equal(object.__gc, nil)
end

--- Each method raises where it is called on what is no object of this class, which messages name so.
--- `methods` has the further arguments of a valid call for each name; `foreign` is an object of another
--- class.
function objects.refuses_foreign_selves(object, class, methods, foreign)
  for name, arguments in pairs(methods) do
    local method = object[name]
    local head = "^[^\n]*calling '" .. name .. "' on bad self %(" .. class .. " expected, got "
    check.raises(head .. "no value%)$", method)
    for _, value in ipairs { 1, "x", {}, print, true, io.stdout, foreign } do
      check.raises(head .. type(value) .. "%)$", method, value, check.unpack(arguments))
    end
  end
end

--- All that a finaliser may do with an object whose own finaliser has run raises an error: the methods,
--- given as above, `tostring`, and further functions that are called with the object. `make` returns the
--- object and the list of these functions.
function objects.raises_after_its_finaliser(methods, make)
  if _VERSION == "Lua 5.1" then
    return -- Its tables have no finalisers.
  end
  -- Called in the reverse order of their marking: the object's comes first.
  local outcomes = {}
  do
    local holder = setmetatable({}, {
      __gc = function(self)
        local object = self.object
        for name, arguments in pairs(methods) do
          outcomes[#outcomes + 1] = check.pack(pcall(object[name], object, check.unpack(arguments)))
        end
        outcomes[#outcomes + 1] = check.pack(pcall(tostring, object))
        for _, use in ipairs(self.uses) do
          outcomes[#outcomes + 1] = check.pack(pcall(use, object))
        end
      end,
    })
    holder.object, holder.uses = make()
  end
  objects.collect()
  check.equal(#outcomes > 7, true)
  for _, outcome in ipairs(outcomes) do
    check.equal(outcome[1], false)
    check.equal(type(outcome[2]), "string")
  end
end

--- An object that goes out of the scope of a variable that closes it is closed, where Lua has such
--- variables: its method `descriptor` returns -1 from then on.
function objects.closes_with_its_scope(object, descriptor)
  local load = loadstring or load
  local code = load("local object <close>, descriptor = ...; return object[descriptor](object)")
  if not code then
    return
  end
  check.equal(code(object, descriptor) >= 0, true)
  check.equal(object[descriptor](object), -1)
end

return objects
