//! Argument tables that list objects, walked without a Lua error.

use std::ffi::c_int;

use mlua::ffi;

use super::build::{Builder, FIRST_GIVEN, protect_with};
use super::call::Call;
use super::object::{Object, value_at};
use super::reply::{Built, Raise};

/// A table that lists objects holds something else.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct NotAnObject;

impl<'c> Call<'c> {
    /// Appends to `list` what `read` makes of each object in an argument table: those at integer keys
    /// in the order of the keys, then all others. No Lua code runs meanwhile.
    ///
    /// A table that is no plain list is replaced by one, so that the position in `list` is always
    /// that in the table, for [`Builder::values_of`].
    pub(crate) fn read_objects<T: Object, R>(
        &mut self,
        index: usize,
        list: &mut Vec<R>,
        mut read: impl FnMut(&T) -> R,
    ) -> Result<Result<(), NotAnObject>, Raise> {
        self.read_list(index, list, |item| item.object().map(&mut read))
    }

    /// As [`read_objects`](Self::read_objects), for a table of anything that `read` makes something
    /// of.
    pub(crate) fn read_list<R>(
        &mut self,
        index: usize,
        list: &mut Vec<R>,
        mut read: impl FnMut(Item<'_, 'c>) -> Option<R>,
    ) -> Result<Result<(), NotAnObject>, Raise> {
        let start = list.len();
        let mut walked = self.walk_list(index, list, &mut read);
        if walked == Walked::NoList {
            self.make_list(index)?;
            list.truncate(start);
            walked = self.walk_list(index, list, &mut read);
        }
        Ok(if walked == Walked::Whole { Ok(()) } else { Err(NotAnObject) })
    }

    fn walk_list<R>(
        &self,
        index: usize,
        list: &mut Vec<R>,
        mut read: impl FnMut(Item<'_, 'c>) -> Option<R>,
    ) -> Walked {
        let state = self.state();
        let table = self.stack_index(index);
        // SAFETY: the argument is a table that nobody changes meanwhile, and a function of ours runs,
        // with free stack slots for metatable, key and value.
        unsafe {
            if ffi::lua_istable(state, table) == 0 {
                return Walked::NotAnObject;
            }
            let top = ffi::lua_gettop(state);
            let mut expected: ffi::lua_Number = 1.0;
            ffi::lua_pushnil(state);
            let walked = loop {
                if ffi::lua_next(state, table) == 0 {
                    break Walked::Whole;
                }
                let is_next = ffi::lua_type(state, -2) == ffi::LUA_TNUMBER
                    && ffi::lua_tonumber(state, -2) == expected;
                if !is_next {
                    break Walked::NoList;
                }
                match read(Item(self)) {
                    Some(value) => list.push(value),
                    None => break Walked::NotAnObject,
                }
                expected += 1.0;
                ffi::lua_pop(state, 1);
            };
            ffi::lua_settop(state, top);
            walked
        }
    }

    /// Replaces an argument table by a list of its values.
    #[cold]
    fn make_list(&mut self, index: usize) -> Result<(), Raise> {
        let state = self.state();
        let table = self.stack_index(index);
        let mut keys = self.integer_keys(table);
        keys.sort_unstable();
        let keys = &keys;
        // SAFETY: a function of ours runs, with free stack slots; the list takes the place of the
        // table. In the protected frame the table is at `FIRST_GIVEN`, and the keys are borrowed.
        unsafe {
            protect_with(state, [table], 1, |state| {
                ffi::lua_createtable(state, c_int::try_from(keys.len()).unwrap_or(0), 0);
                let list = ffi::lua_gettop(state);
                let mut length = 0;
                for key in keys {
                    ffi::lua_rawgeti(state, FIRST_GIVEN, *key);
                    length += 1;
                    ffi::lua_rawseti(state, list, length);
                }
                ffi::lua_pushnil(state);
                while ffi::lua_next(state, FIRST_GIVEN) != 0 {
                    if integer_key(state, -2).is_some() {
                        ffi::lua_pop(state, 1);
                    } else {
                        length += 1;
                        ffi::lua_rawseti(state, list, length);
                    }
                }
            })?;
            ffi::lua_replace(state, table);
        }
        Ok(())
    }

    /// The integer keys of the table at an index of the stack.
    fn integer_keys(&self, table: i32) -> Vec<ffi::lua_Integer> {
        let state = self.state();
        let mut keys = Vec::new();
        // SAFETY: as in `walk_list`.
        unsafe {
            ffi::lua_pushnil(state);
            while ffi::lua_next(state, table) != 0 {
                keys.extend(integer_key(state, -2));
                ffi::lua_pop(state, 1);
            }
        }
        keys
    }

    /// As [`build`](Call::build), with argument tables that the builder may take values from.
    pub(crate) fn build_from<const N: usize>(
        &mut self,
        tables: [usize; N],
        build: impl Fn(Builder) + Copy,
    ) -> Result<Built, Raise> {
        let given = tables.map(|index| self.stack_index(index));
        // SAFETY: a function of ours runs, with free stack slots; `protect_with` keeps errors in.
        unsafe {
            protect_with(self.state(), given, 1, |state| build(Builder::new(state)))?;
            Ok(Built(ffi::lua_gettop(self.state())))
        }
    }
}

/// The key at an index of the stack as an integer that `lua_rawgeti` finds it by.
///
/// # Safety
/// `state` has a value at that index.
unsafe fn integer_key(state: *mut ffi::lua_State, index: i32) -> Option<ffi::lua_Integer> {
    // SAFETY: reads only. The type is looked at first, for strings are converted too.
    unsafe {
        if ffi::lua_type(state, index) != ffi::LUA_TNUMBER {
            return None;
        }
        let mut is_integer = 0;
        let key = ffi::lua_tointegerx(state, index, &raw mut is_integer);
        // The list functions of older versions take an `int`.
        (is_integer != 0 && c_int::try_from(key).is_ok()).then_some(key)
    }
}

/// A value of a table that is being walked, on top of the stack.
pub(crate) struct Item<'a, 'c>(&'a Call<'c>);

impl Item<'_, '_> {
    /// The object, if it is one of this type.
    pub(crate) fn object<T: Object>(&self) -> Option<&T> {
        // SAFETY: the reference ends with the item, before anything could collect the object.
        unsafe { value_at(self.0.state(), -1) }
    }

    /// The number as an integer, if it is one. A string is none.
    pub(crate) fn integer(&self) -> Option<i64> {
        // SAFETY: reads only. The type is looked at first, for strings are converted too.
        unsafe {
            let state = self.0.state();
            if ffi::lua_type(state, -1) != ffi::LUA_TNUMBER {
                return None;
            }
            let mut is_integer = 0;
            let value = ffi::lua_tointegerx(state, -1, &raw mut is_integer);
            (is_integer != 0).then_some(value)
        }
    }
}

/// How the walk over a table has ended.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Walked {
    /// It is a list of objects.
    Whole,
    /// There is something else in it.
    NotAnObject,
    /// Its keys are not 1, 2, 3 and so on, in this order.
    NoList,
}

impl Builder {
    /// Fills the table under construction with a list: the values of the table given first to
    /// [`Call::build_from`] at `positions`, which count from 0.
    pub(crate) fn values_of(self, positions: impl Iterator<Item = usize>) {
        let mut length = 0;
        for position in positions {
            // SAFETY: the promise of `new`; `build_from` has put the table there.
            unsafe {
                ffi::lua_rawgeti(self.state(), FIRST_GIVEN, position as ffi::lua_Integer + 1);
                // A finaliser may have emptied the place since.
                if ffi::lua_isnil(self.state(), -1) != 0 {
                    ffi::lua_pop(self.state(), 1);
                    continue;
                }
                length += 1;
                ffi::lua_rawseti(self.state(), -2, length);
            }
        }
    }
}
