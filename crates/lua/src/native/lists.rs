//! Long lists, in and out.

use std::io::IoSlice;

use mlua::ffi;

use super::build::{Builder, FIRST_GIVEN, protect_with};
use super::call::Call;
use super::reply::Raise;

impl Builder {
    /// Puts a new list on the stack, of as many values as `value` puts there, one for each place
    /// from 0 on.
    pub(crate) fn list_of(self, length: usize, value: impl Fn(Builder, usize)) {
        let state = self.state();
        // SAFETY: the promise of `Builder::new`; the table lies below each value.
        unsafe {
            ffi::lua_createtable(state, i32::try_from(length).unwrap_or(0), 0);
            for place in 0..length {
                value(self, place);
                ffi::lua_rawseti(state, -2, place as ffi::lua_Integer + 1);
            }
        }
    }
}

/// What [`Call::pairs`] finds in a list.
pub(crate) struct Pairs<'c> {
    /// The first halves, where they lie, and strings that come without a second half.
    pub(crate) data: Vec<IoSlice<'c>>,
    /// Where the second halves can be read, as if it were an argument table: `false` at places
    /// without one.
    pub(crate) others: Option<usize>,
}

impl<'c> Call<'c> {
    /// The entries of a list of strings, or of `{string, anything}`. Numbers are converted as Lua
    /// does it. As with [`pieces`](Self::pieces), the strings stay where they are for the whole call.
    pub(crate) fn pairs(&self, index: usize, problem: &'static str) -> Result<Pairs<'c>, Raise> {
        if !self.is_table(index) {
            return Err(self.type_error(index, "table"));
        }
        let state = self.state();
        let given = self.stack_index(index);
        let (mut are_good, mut has_others) = (true, false);
        let (good, others) =
            (std::ptr::from_mut(&mut are_good), std::ptr::from_mut(&mut has_others));
        // SAFETY: a function of ours runs, with free stack slots; both flags outlive the call.
        // Entries are converted in their copies.
        let length = unsafe {
            let length = i64::try_from(ffi::lua_rawlen(state, given)).unwrap_or(i64::MAX);
            protect_with(state, [given], 2, |state| {
                let room = i32::try_from(length).unwrap_or(0);
                ffi::lua_createtable(state, room, 0);
                let data = ffi::lua_gettop(state);
                ffi::lua_createtable(state, 0, 0);
                for item in 1..=length {
                    ffi::lua_rawgeti(state, FIRST_GIVEN, item);
                    if ffi::lua_istable(state, -1) != 0 {
                        *others = true;
                        ffi::lua_rawgeti(state, -1, 2);
                        ffi::lua_rawseti(state, data + 1, item);
                        ffi::lua_rawgeti(state, -1, 1);
                        ffi::lua_remove(state, -2);
                    } else if *others {
                        ffi::lua_pushboolean(state, 0);
                        ffi::lua_rawseti(state, data + 1, item);
                    }
                    if ffi::lua_tolstring(state, -1, std::ptr::null_mut()).is_null() {
                        *good = false;
                        ffi::lua_settop(state, data + 1);
                        return;
                    }
                    ffi::lua_rawseti(state, data, item);
                }
            })?;
            length
        };
        if !are_good {
            return Err(Raise::argument(index, problem));
        }
        // SAFETY: reads only.
        let top = unsafe { ffi::lua_gettop(state) };
        let mut data = Vec::with_capacity(usize::try_from(length).unwrap_or(0));
        for item in 1..=length {
            // SAFETY: the copy holds strings only, is not changed any more, and stays on the stack
            // for `'c`; a string stays where it is as long as something holds it.
            data.push(unsafe {
                ffi::lua_rawgeti(state, top - 1, item);
                let mut length = 0;
                let bytes = ffi::lua_tolstring(state, -1, &raw mut length);
                ffi::lua_pop(state, 1);
                IoSlice::new(std::slice::from_raw_parts(bytes.cast(), length))
            });
        }
        let place = usize::try_from(top - self.stack_index(0)).unwrap_or(0);
        Ok(Pairs { data, others: has_others.then_some(place) })
    }

    /// Whether an argument is false.
    pub(crate) fn is_false(&self, index: usize) -> bool {
        matches!(self.boolean(index), Ok(false))
    }

    /// Hands each of the second halves to `each`, in order, to be read as if it were an argument: nil
    /// or false where there is none.
    pub(crate) fn each_other(
        &self,
        pairs: &Pairs<'c>,
        mut each: impl FnMut(usize) -> Result<(), Raise>,
    ) -> Result<(), Raise> {
        let Some(others) = pairs.others else {
            return Ok(());
        };
        // SAFETY: reads only.
        let top = unsafe { ffi::lua_gettop(self.state()) };
        let place = usize::try_from(top + 1 - self.stack_index(0)).unwrap_or(0);
        for item in 1..=pairs.data.len() {
            // SAFETY: the stack has room for an entry, and the value is a table.
            unsafe {
                ffi::lua_rawgeti(self.state(), self.stack_index(others), item as ffi::lua_Integer);
            }
            each(place)?;
            // SAFETY: drops the entry, and what `each` has put above it.
            unsafe { ffi::lua_settop(self.state(), top) };
        }
        Ok(())
    }
}
