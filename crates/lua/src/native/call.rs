//! A call in progress: its arguments, and what it needs to answer.

use std::cell::Cell;
use std::fmt;
use std::marker::PhantomData;

use mlua::ffi;
use moonwire_sockets::Scratch;

use super::build::{Builder, protect};
use super::held::holding;
use super::library::Function;
use super::reply::{Built, Problem, Raise};

/// A call of one of our functions. Reading an argument borrows it; what makes the reply out of the
/// scratch memory takes it, for there is one reply. `'c` is the time from its first instruction until its results
/// lie on the Lua stack; arguments and the scratch stay where they are for as long.
pub(crate) struct Call<'c> {
    state: *mut ffi::lua_State,
    /// What lies on the stack before the first argument.
    arguments_after: i32,
    function: &'static Function,
    scratch: &'c mut Scratch,
    arguments: PhantomData<&'c [u8]>,
}

impl<'c> Call<'c> {
    /// # Safety
    /// `state` runs `function`, in a Lua function made by `dispatch::push_function`, whose arguments
    /// stay on its stack for `'c`.
    #[inline]
    pub(super) unsafe fn new(
        state: *mut ffi::lua_State,
        function: &'static Function,
        scratch: &'c mut Scratch,
    ) -> Call<'c> {
        let arguments_after = function.arguments_after;
        Call { state, arguments_after, function, scratch, arguments: PhantomData }
    }

    #[inline]
    pub(super) fn state(&self) -> *mut ffi::lua_State {
        self.state
    }

    /// The function that is called.
    pub(super) fn callee(&self) -> &'static Function {
        self.function
    }

    /// Where an argument lies on the Lua stack.
    #[inline]
    pub(super) fn stack_index(&self, index: usize) -> i32 {
        index as i32 + self.arguments_after
    }

    /// Runs an operation that receives into the scratch memory.
    #[inline]
    pub(crate) fn with_scratch<T>(&mut self, run: impl FnOnce(&mut Scratch) -> T) -> T {
        run(self.scratch)
    }

    /// What has been received into the scratch memory, for the reply.
    #[inline]
    pub(crate) fn received(self) -> &'c [u8] {
        self.scratch.filled()
    }

    /// As [`received`](Self::received), and a copy of `more`.
    pub(crate) fn received_with(self, more: &[u8]) -> (&'c [u8], &'c [u8]) {
        self.scratch.filled_with(more)
    }

    /// A text for the reply.
    pub(crate) fn text(self, text: fmt::Arguments<'_>) -> &'c [u8] {
        self.scratch.format(text)
    }

    /// Bytes for the reply, which `write` appends to an empty buffer.
    pub(crate) fn compose(self, write: impl FnOnce(&mut Vec<u8>)) -> &'c [u8] {
        self.scratch.build(write)
    }

    /// Whether an argument is missing or nil.
    #[inline]
    pub(crate) fn is_none_or_nil(&self, index: usize) -> bool {
        self.kind(index) <= ffi::LUA_TNIL
    }

    #[inline]
    fn kind(&self, index: usize) -> i32 {
        // SAFETY: reads only, and any positive index may be asked for.
        unsafe { ffi::lua_type(self.state, self.stack_index(index)) }
    }

    /// A boolean.
    pub(crate) fn boolean(&self, index: usize) -> Result<bool, Raise> {
        match self.kind(index) {
            ffi::LUA_TBOOLEAN => Ok(self.truth(index)),
            _ => Err(self.type_error(index, "boolean")),
        }
    }

    /// The truth of an argument, as Lua sees it.
    pub(crate) fn truth(&self, index: usize) -> bool {
        // SAFETY: reads only.
        unsafe { ffi::lua_toboolean(self.state, self.stack_index(index)) != 0 }
    }

    /// The error for an argument of another type.
    #[cold]
    pub(crate) fn type_error(&self, index: usize, expected: &'static str) -> Raise {
        let got = match self.kind(index) {
            ffi::LUA_TNIL => "nil",
            ffi::LUA_TBOOLEAN => "boolean",
            ffi::LUA_TLIGHTUSERDATA => "light userdata",
            ffi::LUA_TNUMBER => "number",
            ffi::LUA_TSTRING => "string",
            ffi::LUA_TTABLE => "table",
            ffi::LUA_TFUNCTION => "function",
            ffi::LUA_TUSERDATA => "userdata",
            ffi::LUA_TTHREAD => "thread",
            kind if kind < ffi::LUA_TNIL => "no value",
            // LuaJIT's own.
            _ => "cdata",
        };
        Raise::Argument { index, problem: Problem::Type { expected, got } }
    }

    /// Whether the function that is called converts neither numbers to strings nor strings to numbers.
    #[inline]
    pub(super) fn is_strict(&self) -> bool {
        self.function.is_strict
    }

    /// Refuses a string where a number is expected, if the function does not convert it.
    #[inline]
    fn check_number(&self, index: usize, kind: impl FnOnce() -> i32) -> Result<(), Raise> {
        match self.is_strict() && kind() == ffi::LUA_TSTRING {
            true => Err(self.type_error(index, "number")),
            false => Ok(()),
        }
    }

    /// An integer. Numbers without a fraction are integers, and so are strings that Lua converts to
    /// such, unless the function is strict.
    #[inline]
    pub(crate) fn integer(&self, index: usize) -> Result<i64, Raise> {
        self.check_number(index, || self.kind(index))?;
        self.converted_integer(index)
    }

    /// An integer, or `None` where the argument is missing or nil.
    #[inline]
    pub(crate) fn optional_integer(&self, index: usize) -> Result<Option<i64>, Raise> {
        let kind = self.kind(index);
        if kind <= ffi::LUA_TNIL {
            return Ok(None);
        }
        self.check_number(index, || kind)?;
        self.converted_integer(index).map(Some)
    }

    #[inline]
    fn converted_integer(&self, index: usize) -> Result<i64, Raise> {
        let mut is_integer = 0;
        // SAFETY: neither allocates nor raises.
        let value = unsafe {
            ffi::lua_tointegerx(self.state, self.stack_index(index), &raw mut is_integer)
        };
        if is_integer != 0 {
            return Ok(value);
        }
        // SAFETY: reads only.
        if unsafe { ffi::lua_isnumber(self.state, self.stack_index(index)) } != 0 {
            return Err(Raise::argument(index, "number has no integer representation"));
        }
        Err(self.type_error(index, "number"))
    }

    /// A number. Strings that Lua converts to such are numbers, unless the function is strict.
    pub(crate) fn number(&self, index: usize) -> Result<f64, Raise> {
        self.check_number(index, || self.kind(index))?;
        let mut is_number = 0;
        // SAFETY: neither allocates nor raises.
        let value =
            unsafe { ffi::lua_tonumberx(self.state, self.stack_index(index), &raw mut is_number) };
        if is_number != 0 { Ok(value) } else { Err(self.type_error(index, "number")) }
    }

    /// Whether an argument is a string, not a number that could be one.
    pub(crate) fn is_string(&self, index: usize) -> bool {
        self.kind(index) == ffi::LUA_TSTRING
    }

    /// Whether an argument is a table.
    pub(crate) fn is_table(&self, index: usize) -> bool {
        self.kind(index) == ffi::LUA_TTABLE
    }

    /// Checks that an argument is a function.
    pub(crate) fn function(&self, index: usize) -> Result<(), Raise> {
        match self.kind(index) {
            ffi::LUA_TFUNCTION => Ok(()),
            _ => Err(self.type_error(index, "function")),
        }
    }

    /// Whether an argument is nil, not missing.
    pub(crate) fn is_nil(&self, index: usize) -> bool {
        self.kind(index) == ffi::LUA_TNIL
    }

    /// Whether an argument is a number, not a string that looks like one.
    pub(crate) fn is_number(&self, index: usize) -> bool {
        self.kind(index) == ffi::LUA_TNUMBER
    }

    /// The bytes of a string. A number is converted as Lua does it, unless the function is strict.
    #[inline]
    pub(crate) fn bytes(&self, index: usize) -> Result<&'c [u8], Raise> {
        match self.kind(index) {
            ffi::LUA_TSTRING => {}
            ffi::LUA_TNUMBER if !self.is_strict() => self.convert_to_string(index)?,
            _ => return Err(self.type_error(index, "string")),
        }
        let mut length = 0;
        // SAFETY: the value is a string, so nothing is converted. Lua keeps it where it is as long
        // as it is on the stack, where the arguments stay for `'c`, and strings never change.
        unsafe {
            let bytes = ffi::lua_tolstring(self.state, self.stack_index(index), &raw mut length);
            Ok(std::slice::from_raw_parts(bytes.cast(), length))
        }
    }

    /// Replaces a number by its string, which allocates.
    #[cold]
    fn convert_to_string(&self, index: usize) -> Result<(), Raise> {
        let state = self.state;
        // SAFETY: a function of ours runs, with free stack slots. What is read is no string yet,
        // so nobody holds its bytes; the string takes its place on the stack.
        unsafe {
            let number = ffi::lua_tonumber(state, self.stack_index(index));
            let is_integer = ffi::lua_isinteger(state, self.stack_index(index)) != 0;
            let integer = ffi::lua_tointeger(state, self.stack_index(index));
            protect(state, 1, |state| {
                if is_integer {
                    ffi::lua_pushinteger(state, integer);
                } else {
                    ffi::lua_pushnumber(state, number);
                }
                ffi::lua_tolstring(state, -1, std::ptr::null_mut());
            })?;
            ffi::lua_replace(state, self.stack_index(index));
        }
        Ok(())
    }

    /// Makes one Lua value out of parts, for a reply. `build` runs where a Lua error may end it, so
    /// it may use what its caller owns but own nothing itself.
    pub(crate) fn build(&mut self, build: impl Fn(Builder) + Copy) -> Result<Built, Raise> {
        // SAFETY: a function of ours runs, with free stack slots; `protect` keeps errors in.
        unsafe {
            protect(self.state, 1, |state| build(Builder::new(state)))?;
            Ok(Built(ffi::lua_gettop(self.state)))
        }
    }

    /// How many arguments there are. To be asked before anything else is put on the stack.
    #[inline]
    pub(crate) fn argument_count(&self) -> usize {
        // SAFETY: reads only.
        let top = unsafe { ffi::lua_gettop(self.state) };
        usize::try_from(top - self.arguments_after).unwrap_or(0)
    }

    /// As [`build`](Self::build), for a body that owns a value meanwhile: the builder may take it, and it is
    /// dropped where the call never gets to its end.
    pub(crate) fn build_holding<T>(
        &mut self,
        value: &Cell<Option<T>>,
        build: impl Fn(Builder, &Cell<Option<T>>) + Copy,
    ) -> Result<Built, Raise> {
        holding(value, || self.build(|builder| build(builder, value)))
    }

    /// As [`build_holding`](Self::build_holding), with what has been received into the scratch memory.
    pub(crate) fn build_with_received<T>(
        &mut self,
        value: &Cell<Option<T>>,
        build: impl Fn(Builder, &[u8], &Cell<Option<T>>) + Copy,
    ) -> Result<Built, Raise> {
        let received = self.scratch.filled();
        // SAFETY: as in `build`.
        unsafe {
            holding(value, || {
                protect(self.state, 1, |state| build(Builder::new(state), received, value))
            })?;
            Ok(Built(ffi::lua_gettop(self.state)))
        }
    }
}
