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

return objects
