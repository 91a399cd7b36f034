//! Reading tables that are arguments. Metamethods are left alone: nothing here runs Lua code.

use std::cell::Cell;
use std::io::IoSlice;

use mlua::ffi;

use super::build::{FIRST_GIVEN, protect_with};
use super::call::Call;
use super::dispatch::push_text;
use super::reply::Raise;

impl<'c> Call<'c> {
    /// The length of a list.
    fn list_length(&self, index: usize) -> Result<i64, Raise> {
        if !self.is_table(index) {
            return Err(self.type_error(index, "table"));
        }
        // SAFETY: reads only.
        let length = unsafe { ffi::lua_rawlen(self.state(), self.stack_index(index)) };
        Ok(i64::try_from(length).unwrap_or(i64::MAX))
    }

    /// The index under which the value on top of the stack can be read, as if it were an argument.
    fn top_index(&self) -> usize {
        // SAFETY: reads only.
        let top = unsafe { ffi::lua_gettop(self.state()) };
        usize::try_from(top - self.stack_index(0)).unwrap_or(0)
    }

    /// The field `name` of a table: where it can be read, as if it were an argument. It stays on the
    /// stack, which has room for a few of them.
    pub(crate) fn field(&self, index: usize, name: &'static str) -> Result<usize, Raise> {
        if !self.is_table(index) {
            return Err(self.type_error(index, "table"));
        }
        // SAFETY: a function of ours runs, with free stack slots; the name is what may allocate.
        unsafe {
            protect_with(self.state(), [self.stack_index(index)], 1, |state| {
                push_text(state, name);
                ffi::lua_rawget(state, FIRST_GIVEN);
            })?;
        }
        Ok(self.top_index())
    }

    /// Hands each entry of a list to `each`, to be read as if it were an argument.
    pub(crate) fn each_item(
        &self,
        index: usize,
        mut each: impl FnMut(usize) -> Result<(), Raise>,
    ) -> Result<(), Raise> {
        let length = self.list_length(index)?;
        // SAFETY: reads only.
        let top = unsafe { ffi::lua_gettop(self.state()) };
        for item in 1..=length {
            // SAFETY: the stack has room for an entry, and the value is a table.
            unsafe { ffi::lua_rawgeti(self.state(), self.stack_index(index), item) };
            each(self.top_index())?;
            // SAFETY: drops the entry, and what `each` has put above it.
            unsafe { ffi::lua_settop(self.state(), top) };
        }
        Ok(())
    }

    /// The strings of a list, where they lie. Numbers are converted as Lua does it, unless the function is
    /// strict.
    ///
    /// They stay there for the whole call, whatever becomes of the list: a table of our own on the
    /// stack holds them.
    pub(crate) fn pieces(&self, index: usize) -> Result<Vec<IoSlice<'c>>, Raise> {
        let length = self.list_length(index)?;
        let are_strings = Cell::new(true);
        let verdict = &are_strings;
        let is_strict = self.is_strict();
        // SAFETY: a function of ours runs, with free stack slots. An entry is converted in its copy.
        unsafe {
            protect_with(self.state(), [self.stack_index(index)], 1, |state| {
                ffi::lua_createtable(state, i32::try_from(length).unwrap_or(0), 0);
                for item in 1..=length {
                    ffi::lua_rawgeti(state, FIRST_GIVEN, item);
                    let is_string = match is_strict {
                        true => ffi::lua_type(state, -1) == ffi::LUA_TSTRING,
                        false => !ffi::lua_tolstring(state, -1, std::ptr::null_mut()).is_null(),
                    };
                    if !is_string {
                        verdict.set(false);
                        ffi::lua_pop(state, 1);
                        break;
                    }
                    ffi::lua_rawseti(state, -2, item);
                }
            })?;
        }
        if !are_strings.get() {
            return Err(Raise::argument(index, "the entries of the list must be strings"));
        }
        let copy = self.stack_index(self.top_index());
        let mut pieces = Vec::with_capacity(usize::try_from(length).unwrap_or(0));
        for item in 1..=length {
            // SAFETY: the copy holds strings only, is not changed any more, and stays on the stack
            // for `'c`; a string stays where it is as long as something holds it.
            pieces.push(unsafe {
                ffi::lua_rawgeti(self.state(), copy, item);
                let mut length = 0;
                let bytes = ffi::lua_tolstring(self.state(), -1, &raw mut length);
                ffi::lua_pop(self.state(), 1);
                IoSlice::new(std::slice::from_raw_parts(bytes.cast(), length))
            });
        }
        Ok(pieces)
    }
}
