-- Names that are free for use, and what this machine has.

local case = require "spec.support.case"

local place = {}

local function first_line(path)
  local file = io.open(path, "r")
  local line = file and file:read("*l")
  if file then
    file:close()
  end
  return line
end

--- The id of this process.
function place.process_id()
  return tonumber(first_line("/proc/self/stat"):match("^%d+"))
end

local count = 0

--- A name that no other process uses, and that this one has not used before.
function place.unique_name()
  count = count + 1
  return "moonwire-spec-" .. place.process_id() .. "-" .. count
end

--- A path at which there is nothing; what is there at the end of the case is removed.
function place.temporary_path()
  local path = "/tmp/" .. place.unique_name()
  os.remove(path)
  case.defer(function()
    os.remove(path)
  end)
  return path
end

--- Whether the loopback interface has its IPv6 address.
function place.has_ipv6()
  local file = io.open("/proc/net/if_inet6", "r")
  local text = file and file:read("*a") or ""
  if file then
    file:close()
  end
  return text:find(("0"):rep(31) .. "1", 1, true) ~= nil
end

--- The number of the loopback interface.
function place.loopback_index()
  return math.floor(tonumber(first_line("/sys/class/net/lo/ifindex")))
end

return place
