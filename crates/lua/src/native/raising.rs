//! Errors with a text that is made at run time.

use mlua::ffi;

use super::build::protect;
use super::call::Call;
use super::dispatch::push_bytes;
use super::reply::Raise;

/// Who called our function, as seen from a protected call within it.
const CALLER: i32 = 2;

impl Call<'_> {
    /// The error with this text, and the caller's place in front.
    pub(crate) fn raise(&mut self, text: &[u8]) -> Raise {
        // SAFETY: a function of ours runs, with free stack slots.
        let pushed = unsafe {
            protect(self.state(), 1, |state| {
                ffi::luaL_where(state, CALLER);
                push_bytes(state, text);
                ffi::lua_concat(state, 2);
            })
        };
        // Either the text or why there is no memory for it is on top now.
        pushed.err().unwrap_or(Raise::Pending)
    }

    /// The error for an argument with a wrong value, in words that are made at run time.
    #[cold]
    pub(crate) fn refuse(&mut self, index: usize, problem: &[u8]) -> Raise {
        let name = self.callee().name.as_bytes();
        let head = format!("bad argument #{index} to '").into_bytes();
        self.raise(&[&head, name, b"' (", problem, b")"].concat())
    }
}
