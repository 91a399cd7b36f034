-- The system calls of a piece of Lua, which strace writes down, counts and makes fail. A spec that uses
-- it says so at its head: `-- needs: strace`.

local case = require "spec.support.case"
local check = require "spec.support.check"
local place = require "spec.support.place"
local process = require "spec.support.process"

local system_calls = {}

--- Whether a child can be traced here. Where not, the spec has nothing to try, which is said.
function system_calls.can_be_traced()
  local possible
  case.it("needs a child that can be traced", function()
    possible = select(2, process.run { "strace", "-o", "/dev/null", "true" }) == 0
  end)
  if not possible then
    case.pass_over("system calls", "nothing can be traced here")
  end
  return possible
end

--- Runs the code with these options of strace. Returns what it wrote, its status, and the trace.
function system_calls.run(code, ...)
  local path = place.temporary_path()
  local words = { "strace", "-o", path, ... }
  words[#words + 1] = assert(os.getenv("MOONWIRE_SPEC_COMMAND"), "MOONWIRE_SPEC_COMMAND is not set")
  words[#words + 1] = "-e"
  words[#words + 1] = code
  local output, status = process.run(words)
  local file = assert(io.open(path))
  local trace = file:read("*a")
  file:close()
  return output, status, trace
end

--- The same for code that writes nothing and must end well. Returns the trace.
function system_calls.trace(code, ...)
  local output, status, trace = system_calls.run(code, ...)
  check.equal(output, "")
  check.equal(status, 0)
  return trace
end

--- The code comes to its end although every second call of each of these system calls, named in a list
--- with commas, fails with EINTR.
function system_calls.withstands_signals(code, names)
  local output, status, trace = system_calls.run(code .. ' print("done")', "-e", "trace=" .. names,
    "-e", "inject=" .. names .. ":error=EINTR:when=1+2")
  check.matches(output, "done\n$")
  check.equal(status, 0)
  check.matches(trace, "EINTR")
end

--- What the code asks the kernel for between two system calls in whose lines the pattern is found, but
--- for what concerns memory, and the further calls in `others`.
function system_calls.between(pattern, code, others)
  local left_out = "brk,mmap,munmap,mremap,mprotect,madvise,futex" .. (others and "," .. others or "")
  local trace = system_calls.trace(code, "-e", "trace=!" .. left_out)
  return assert(trace:match(pattern .. "[^\n]*\n(.-)[^\n]*" .. pattern), trace)
end

--- There are as many of them as expected.
function system_calls.count(expected, pattern, code, others)
  local calls = system_calls.between(pattern, code, others)
  local count = select(2, calls:gsub("\n", ""))
  if count ~= expected then
    error("expected " .. expected .. " system calls, got " .. count .. ":\n" .. calls, 2)
  end
end

return system_calls
