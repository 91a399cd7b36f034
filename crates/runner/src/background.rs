//! Tasks that go on while the prompt waits for a line.

use mlua::prelude::*;

use crate::failure::Failure;
use crate::interpreter::Interpreter;

/// Lets all tasks have their turns until the descriptor is readable.
const WAIT: &str = "
local moonwire, minisock = ...
local spawn, step, poll = moonwire.spawn, moonwire.step, minisock.poll
local pollfd, POLLIN = minisock.pollfd, minisock.POLLIN
return function(descriptor)
  local arrivals = pollfd(descriptor, POLLIN)
  spawn(poll, arrivals, -1)
  repeat
    step(-1)
    local _, ready = poll(arrivals, 0)
  until ready ~= 0
  -- The task that has waited ends.
  step(0)
end";

/// The function that lets tasks go on.
pub(crate) struct Background(LuaFunction);

impl Background {
    /// Takes what it needs from a state.
    pub(crate) fn new(lua: &Lua) -> LuaResult<Self> {
        let modules = (moonwire::open(lua, "moonwire")?, moonwire::open(lua, "minisock")?);
        Ok(Self(lua.load(WAIT).set_name("=moonwire").call(modules)?))
    }

    /// Lets tasks go on until a descriptor is readable, or nothing can go on. An interruption ends what a task
    /// does, and not this.
    pub(crate) fn run(&self, interpreter: &Interpreter, descriptor: i32) {
        loop {
            let wait = LuaValue::Function(self.0.clone());
            match interpreter.call_briefly(wait, descriptor) {
                Ok(_) => return,
                Err(failure) if failure.message().ends_with(b"interrupted!") => {}
                Err(failure) => {
                    let message = [b"tasks stand still: ", failure.message()].concat();
                    return Failure::new(message).report_as_program();
                }
            }
        }
    }
}
