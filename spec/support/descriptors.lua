-- The descriptors of this process, as the kernel tells of them. Reading them starts no process, and
-- the file that is read with is not open yet when the kernel looks it up.

local descriptors = {}

local function contents(path)
  local file = io.open(path, "r")
  if not file then
    return nil
  end
  local text = file:read("*a")
  file:close()
  return text
end

--- The numbers of all open descriptors, in order.
function descriptors.open()
  local room = tonumber(contents("/proc/self/status"):match("FDSize:%s*(%d+)"))
  local list = {}
  for fd = 0, room - 1 do
    local file = io.open("/proc/self/fdinfo/" .. fd, "r")
    if file then
      file:close()
      list[#list + 1] = fd
    end
  end
  return list
end

--- Those of `list` that are not in `other`.
function descriptors.difference(list, other)
  local known, rest = {}, {}
  for _, fd in ipairs(other) do
    known[fd] = true
  end
  for _, fd in ipairs(list) do
    if not known[fd] then
      rest[#rest + 1] = fd
    end
  end
  return rest
end

--- The one descriptor that `fn` opens, and what `fn` returns: the number behind a file of Lua's.
function descriptors.opened_by(fn)
  local before = descriptors.open()
  local result = fn()
  local new = descriptors.difference(descriptors.open(), before)
  assert(#new == 1, "expected one new descriptor, got " .. #new)
  return new[1], result
end

--- Whether the descriptor is closed when another program is executed.
function descriptors.close_on_exec(fd)
  local info = assert(contents("/proc/self/fdinfo/" .. fd), "descriptor " .. fd .. " is not open")
  local flags = tonumber(info:match("flags:%s*(%d+)"), 8)
  local O_CLOEXEC = tonumber("02000000", 8)
  return math.floor(flags / O_CLOEXEC) % 2 == 1
end

--- A number that no descriptor has, and none gets in a spec.
descriptors.never_open = 999999

--- The descriptors with their flags, for a message.
function descriptors.describe(list)
  local words = {}
  for _, fd in ipairs(list) do
    local info = contents("/proc/self/fdinfo/" .. fd) or "already closed"
    words[#words + 1] = "descriptor " .. fd .. " (" .. info:gsub("%s+", " ") .. ")"
  end
  return table.concat(words, ", ")
end

return descriptors
