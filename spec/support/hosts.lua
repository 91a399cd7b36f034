-- Names that are looked up in a hosts file of the spec's own, whatever stands in that of the machine. The
-- file takes the place of `/etc/hosts` in a mount namespace, which the children of the spec live in.

local case = require "spec.support.case"
local check = require "spec.support.check"
local place = require "spec.support.place"
local process = require "spec.support.process"

local hosts = {}

-- Without root, a user namespace may allow it.
local ways = { { "unshare", "--mount" }, { "unshare", "--user", "--map-root-user", "--mount" } }

local function words_for(way, path, command)
  local words = {}
  for _, part in ipairs { way, { "sh", "-c", 'mount --bind "$0" /etc/hosts && exec "$@"', path }, command } do
    for _, word in ipairs(part) do
      words[#words + 1] = word
    end
  end
  return words
end

local function file_with(content)
  local path = place.temporary_path()
  local file = assert(io.open(path, "w"))
  assert(file:write(content))
  assert(file:close())
  return path
end

-- How children get a hosts file of their own; false where no way is allowed, or the resolver asks others.
local function find_way()
  local path = file_with("192.0.2.77 moonwire.invalid\n")
  for _, way in ipairs(ways) do
    local output, status = process.run(words_for(way, path, { "getent", "hosts", "moonwire.invalid" }))
    if status == 0 and output:find("192.0.2.77", 1, true) then
      return way
    end
  end
  return false
end

local way

--- Whether children can have a hosts file of their own here. Where not, `what` is passed over, which is
--- said. To be asked outside of cases.
function hosts.can_be_replaced(what)
  if way == nil then
    case.it("needs a hosts file of its own", function()
      way = find_way()
    end)
  end
  if not way then
    case.pass_over(what, "no mount namespace can be made here, or names are not looked up in /etc/hosts")
  end
  return way ~= false
end

-- Starts Lua with these arguments under a hosts file with this content.
local function start_lua(content, ...)
  assert(way, "can_be_replaced has not been asked")
  local command = assert(os.getenv("MOONWIRE_SPEC_COMMAND"), "MOONWIRE_SPEC_COMMAND is not set")
  return process.start(words_for(way, file_with(content), { command, ... }))
end

-- What the child wrote, once it has ended well.
local function output_of(child)
  local output, status = child:finish()
  if status ~= 0 then
    error(table.concat(child.words, " ") .. " ended with status " .. tostring(status) .. ": " .. output, 2)
  end
  return output
end

--- A case that runs the code under a hosts file with this content. The code asserts for itself, and writes
--- nothing.
function hosts.it(name, content, code)
  case.it(name, function()
    check.equal(output_of(start_lua(content, "-e", code)), "")
  end)
end

-- The specs below a folder that mention localhost, but for those that run foreign programs.
local function specs_with_names(folder, except)
  local files = {}
  local output = process.run { "grep", "-rl", "--include=*_spec.lua", "localhost", folder }
  for path in output:gmatch("[^\n]+") do
    local file = assert(io.open(path))
    if not except[path] and not file:read("*l"):find("^%-%- needs:") then
      files[#files + 1] = path
    end
    file:close()
  end
  table.sort(files)
  return files
end

--- Runs every spec below the folder that looks localhost up, where localhost has IPv4 alone and where it has
--- both families. `except` has the paths of those to be left out as its keys.
function hosts.try_specs(folder, except)
  if not hosts.can_be_replaced("the specs of " .. folder .. " under other hosts files") then
    return
  end
  local files
  case.it("finds specs that look names up", function()
    files = specs_with_names(folder, except or {})
    check.equal(#files > 0, true)
  end)
  for _, path in ipairs(files) do
    case.it("runs " .. path .. " whatever families localhost has", function()
      -- One after the other: some of the specs measure times.
      output_of(start_lua("127.0.0.1 localhost\n", path))
      output_of(start_lua("127.0.0.1 localhost\n::1 localhost\n", path))
    end)
  end
end

return hosts
