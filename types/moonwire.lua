---@meta

---Tasks, deadlines and sockets for new programs. In `run`, every call that would block suspends its task.
---@class moonwire
local moonwire = {}

---@type string
moonwire._VERSION = ""

---What programs tell failures by: the name of the error number, or one of these.
---@alias moonwire.code "timeout"|"closed"|"cancelled"|"oversized"|"resolve"|string

-- Tasks ----------------------------------------------------------------------------------------------------

---Calls `main(...)` as a task, and returns its results when it and all tasks have ended. Raises its error.
---@generic T
---@param main fun(...: any): T
---@param ... any
---@return T
function moonwire.run(main, ...) end

---A task that calls `fn(...)` in its turn: beside the task that runs, or in the next `run` or `step`.
---@param fn fun(...: any): any
---@param ... any
---@return moonwire.task
function moonwire.spawn(fn, ...) end

---Lets each task that is ready have a turn. Where none is, waits for up to so many seconds.
---@param seconds number? 0 where it is missing; negative for no limit
---@return boolean are_tasks_left
function moonwire.step(seconds) end

---The number of a descriptor that is readable when `step` has something to do.
---@return integer? descriptor
---@return string? message
---@return moonwire.code? code
function moonwire.pollfd() end

---Seconds on a clock that only goes forward, from an arbitrary beginning.
---@return number seconds
function moonwire.now() end

---Waits for that time.
---@param seconds number
---@return true? ok
---@return string? message
---@return moonwire.code? code
function moonwire.sleep(seconds) end

---Lets all tasks that are ready have their turn.
---@return true? ok
---@return string? message
---@return moonwire.code? code
function moonwire.yield() end

---Calls `fn(...)`, in which every call ends by a deadline, and returns its results. Needs a task.
---@generic T
---@param seconds number
---@param fn fun(...: any): T
---@param ... any
---@return T
function moonwire.timeout(seconds, fn, ...) end

---Waits for any of these signals. Each is caught from the first call that names it on.
---@param name moonwire.signal
---@param ... moonwire.signal
---@return moonwire.signal? name the one that has come
---@return string? message
---@return moonwire.code? code
function moonwire.signal(name, ...) end

---@alias moonwire.signal
---| "ALRM" | "CHLD" | "CONT" | "HUP" | "INT" | "IO" | "PIPE" | "QUIT" | "TERM" | "TSTP" | "TTIN" | "TTOU"
---| "URG" | "USR1" | "USR2" | "VTALRM" | "WINCH"
---| string

---A function that runs beside others.
---@class moonwire.task
local task = {}

---Waits until it has ended: true and what it has returned; false and its error, or `"cancelled"`; nil, a
---message and a code where the wait has failed.
---@return boolean? ok
---@return any ...
function task:join() end

---Calls it off: what it waits for, or its next call that may wait, fails once with `cancelled`.
---@return boolean called_off false where it has ended already
function task:cancel() end

---What it is at.
---@return "ready"|"running"|"waiting"|"done"|"failed"|"cancelled"
function task:status() end

---Calls `fn(group, ...)`, and returns its results when all tasks of the group have ended. Raises the error
---of the first that fails, after the others were cancelled.
---@param fn fun(group: moonwire.group, ...: any): any
---@param ... any
---@return any ... or nil, a message and a code where the wait was ended
function moonwire.group(fn, ...) end

---Tasks of which none outlives the call that has made the group.
---@class moonwire.group
local group = {}

---A task of the group. Raises an error when the group has been left.
---@param fn fun(...: any): any
---@param ... any
---@return moonwire.task
function group:spawn(fn, ...) end

---Cancels all of its tasks.
---@return true
function group:cancel() end

---A queue between tasks.
---@param capacity number? how many values it holds, 0 where it is missing
---@return moonwire.channel
function moonwire.channel(capacity) end

---A queue between tasks. `for value in channel do` receives until it is closed and empty.
---@class moonwire.channel
---@operator call: any
local channel = {}

---Waits until there is room, or somebody to receive the value.
---@param value any not nil
---@return true? ok
---@return string? message
---@return moonwire.code? code
function channel:send(value) end

---Waits for the next value.
---@return any value
---@return string? message
---@return moonwire.code? code
function channel:receive() end

---Says that nothing more will come.
---@return true
function channel:close() end

---Lets so many tasks through at a time.
---@param count number
---@return moonwire.semaphore
function moonwire.semaphore(count) end

---Places, for each of which one task may go on.
---@class moonwire.semaphore
local semaphore = {}

---Waits for a place.
---@return true? ok
---@return string? message
---@return moonwire.code? code
function semaphore:acquire() end

---Gives a place back.
---@return true
function semaphore:release() end

return moonwire
