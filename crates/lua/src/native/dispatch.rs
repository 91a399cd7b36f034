//! From Lua into a body and back.

use std::mem::{ManuallyDrop, MaybeUninit};
use std::panic::{AssertUnwindSafe, catch_unwind};

use mlua::ffi;
use moonwire_sockets::Scratch;

use super::build::{self, PROTECTED, protect};
use super::call::Call;
use super::library::Function;
use super::numbering::{function_of, number_of};
use super::reply::{Built, Outcome, Problem, Raise, Value};
use super::{suspend, versions};

/// The upvalue of each of our functions that is its number. The next one is [`PROTECTED`].
const NUMBER: i32 = 1;
/// The upvalue of a bound function that holds its object.
const BOUND: i32 = 3;

/// The error of a function whose upvalues have been changed.
pub(super) const NOT_OURS: &str = "not a function of Moonwire";

/// Which frame `luaL_where` is to name: the one that called the running C function.
const CALLER: i32 = 1;

/// Where a bound function finds its object.
#[inline]
pub(super) fn bound_upvalue() -> i32 {
    ffi::lua_upvalueindex(BOUND)
}

/// Pushes a Lua function that runs `function`. A bound function has its object at `bound` on the stack.
///
/// # Safety
/// `state` has four free stack slots, and a Lua error may leave this frame.
pub(super) unsafe fn push_function(
    state: *mut ffi::lua_State,
    function: &'static Function,
    bound: Option<i32>,
) {
    const { assert!(NUMBER == 1 && PROTECTED == 2 && BOUND == 3) };
    // SAFETY: the caller's promise.
    unsafe {
        ffi::lua_pushlightuserdata(state, number_of(function));
        ffi::lua_pushcfunction(state, build::run_protected);
        let mut upvalues = 2;
        if let Some(index) = bound {
            ffi::lua_pushvalue(state, index);
            upvalues += 1;
        }
        ffi::lua_pushcclosure(state, dispatch, upvalues);
    }
}

/// The C function behind every function of ours.
unsafe extern "C-unwind" fn dispatch(state: *mut ffi::lua_State) -> i32 {
    // SAFETY: Lua calls this as a function that `push_function` has made.
    unsafe { answer(state, |call, function| (function.body)(call)) }
}

/// Runs a body and answers the call with what it returns.
///
/// # Safety
/// Lua runs a function that `push_function` has made, with `LUA_MINSTACK` free stack slots, and a Lua error
/// may leave this frame and that of the caller.
#[inline(always)]
pub(super) unsafe fn answer<B>(state: *mut ffi::lua_State, body: B) -> i32
where
    B: for<'c> FnOnce(Call<'c>, &'static Function) -> Outcome<'c> + Copy,
{
    // SAFETY: the caller's promise. No frame from here on down to a Lua call that may raise holds
    // anything to be dropped: the scratch is kept from it, and where it owns memory, pushing is protected.
    unsafe {
        let number = ffi::lua_touserdata(state, ffi::lua_upvalueindex(NUMBER));
        let Some(function) = function_of(number) else {
            push_text(state, NOT_OURS);
            ffi::lua_error(state)
        };
        let mut scratch = ManuallyDrop::new(Scratch::new());
        let mut outcome = MaybeUninit::uninit();
        let place = &raw mut *scratch;
        let call = Call::new(state, function, &mut *place);
        let ran = run(state, || body(call, function), &mut outcome);
        let owns_memory = (*place).owns_memory();
        if ran.rest.is_none() && !owns_memory {
            if let Some(bytes) = ran.string {
                push_bytes(state, bytes);
            }
            return ran.count;
        }
        let pushed = push_rest(state, ran, owns_memory);
        if owns_memory {
            ManuallyDrop::drop(&mut scratch);
        }
        match pushed {
            Ok(count) => count,
            Err(Raise::Suspended) => versions::yield_with(state, suspend::go_on),
            Err(raise) => {
                push_error(state, function.name, raise);
                ffi::lua_error(state)
            }
        }
    }
}

/// What came of a body that has run, and lies on the stack but for these.
struct Ran<'o, 'c> {
    /// How many results there are.
    count: i32,
    /// The last result.
    string: Option<&'c [u8]>,
    /// Results, or the error.
    rest: Option<Result<&'o [Value<'c>], Raise>>,
}

/// Runs the body, and pushes of its results what comes before the first string. This is the half without
/// Lua errors.
///
/// What a body returns is read value by value where it lies, and copied to `place` only where there is no
/// other way: processors stall on a copy of what has just been written in other pieces, and that took a
/// tenth of the time of a call.
#[inline(always)]
fn run<'o, 'c>(
    state: *mut ffi::lua_State,
    body: impl FnOnce() -> Outcome<'c>,
    place: &'o mut MaybeUninit<Outcome<'c>>,
) -> Ran<'o, 'c> {
    let (mut count, mut pushed, mut string) = (0, 0, None);
    let mut is_kept = false;
    let run = AssertUnwindSafe(|| {
        let outcome = body();
        if let Ok(reply) = &outcome {
            if let Some(stacked) = reply.stacked_count() {
                count = stacked;
                return;
            }
            let values = reply.values();
            count = values.len() as i32;
            for value in values {
                if let Value::Bytes(bytes) = *value {
                    string = Some(bytes);
                    break;
                }
                // SAFETY: `answer` runs this on the state's own stack, and only strings allocate.
                unsafe { push(state, *value) };
                pushed += 1;
            }
            if values.len() - pushed <= 1 {
                return;
            }
        }
        is_kept = true;
        place.write(outcome);
    });
    if catch_unwind(run).is_err() {
        // The panic hook has told what went wrong; the program gets an error that it can catch.
        let error = Raise::Text("internal error in Moonwire");
        return Ran { count, string: None, rest: Some(Err(error)) };
    }
    if !is_kept {
        return Ran { count, string, rest: None };
    }
    // SAFETY: it has been written.
    let rest = match unsafe { place.assume_init_ref() } {
        Ok(reply) => Ok(&reply.values()[pushed..]),
        Err(raise) => Err(*raise),
    };
    Ran { count, string: None, rest: Some(rest) }
}

/// Pushes what `run` has not. Where the scratch owns memory, no Lua error leaves this frame.
///
/// # Safety
/// As [`push`].
#[inline(never)]
unsafe fn push_rest(
    state: *mut ffi::lua_State,
    ran: Ran<'_, '_>,
    owns_memory: bool,
) -> Result<i32, Raise> {
    let string = ran.string.map(Value::Bytes);
    let values = match ran.rest {
        Some(rest) => rest?,
        None => string.as_slice(),
    };
    // SAFETY: the caller's promise.
    unsafe {
        if owns_memory {
            push_protected(state, values)?;
        } else {
            for value in values {
                push(state, *value);
            }
        }
    }
    Ok(ran.count)
}

/// # Safety
/// `state` has a free stack slot, and a Lua error may leave this frame.
#[inline]
unsafe fn push(state: *mut ffi::lua_State, value: Value<'_>) {
    // SAFETY: the bytes are readable for their length, and a built value's index was handed out by
    // `build` for this stack.
    unsafe {
        match value {
            Value::Nil => ffi::lua_pushnil(state),
            Value::Boolean(value) => ffi::lua_pushboolean(state, value.into()),
            Value::Integer(value) => ffi::lua_pushinteger(state, value),
            Value::Number(value) => ffi::lua_pushnumber(state, value),
            Value::Bytes(bytes) => push_bytes(state, bytes),
            Value::Built(Built(index)) => ffi::lua_pushvalue(state, index),
        }
    }
}

/// Pushes values so that no Lua error leaves this frame. The error is on top where there was one.
///
/// # Safety
/// As [`push`], without the Lua error.
unsafe fn push_protected(state: *mut ffi::lua_State, values: &[Value<'_>]) -> Result<(), Raise> {
    for value in values {
        // SAFETY: only strings allocate, and those are pushed under protection.
        unsafe {
            match *value {
                Value::Bytes(bytes) => protect(state, 1, |state| push_bytes(state, bytes))?,
                value => push(state, value),
            }
        }
    }
    Ok(())
}

/// # Safety
/// As [`push`].
#[inline]
pub(super) unsafe fn push_bytes(state: *mut ffi::lua_State, bytes: &[u8]) {
    // SAFETY: the bytes are readable for their length.
    unsafe { ffi::lua_pushlstring(state, bytes.as_ptr().cast(), bytes.len()) };
}

/// # Safety
/// As [`push`].
pub(super) unsafe fn push_text(state: *mut ffi::lua_State, text: &str) {
    // SAFETY: the caller's promise.
    unsafe { push_bytes(state, text.as_bytes()) };
}

/// Pushes an error's text, in Lua's own wording, with the place that called the function in front.
/// A pending error is on top already.
///
/// # Safety
/// `state` has `LUA_MINSTACK` free stack slots, and a Lua error may leave this frame.
unsafe fn push_error(state: *mut ffi::lua_State, name: &str, raise: Raise) {
    // SAFETY: the caller's promise; every push leaves one value for the concatenation.
    unsafe {
        match raise {
            // `answer` has dealt with one that is suspended.
            Raise::Pending | Raise::Suspended => {}
            Raise::Text(text) => {
                ffi::luaL_where(state, CALLER);
                push_text(state, text);
                ffi::lua_concat(state, 2);
            }
            Raise::Argument { index, problem } => {
                ffi::luaL_where(state, CALLER);
                let (before, after) = match index {
                    0 => ("calling", " on bad self ("),
                    _ => ("bad argument", " ("),
                };
                push_text(state, before);
                match index {
                    0 => push_text(state, " '"),
                    _ => {
                        push_text(state, " #");
                        ffi::lua_pushinteger(state, index as ffi::lua_Integer);
                        push_text(state, " to '");
                        ffi::lua_concat(state, 3);
                    }
                }
                push_text(state, name);
                push_text(state, "'");
                push_text(state, after);
                match problem {
                    Problem::Other(text) => {
                        push_text(state, text);
                        push_text(state, ")");
                        ffi::lua_concat(state, 8);
                    }
                    Problem::Type { expected, got } => {
                        push_text(state, expected);
                        push_text(state, " expected, got ");
                        push_text(state, got);
                        push_text(state, ")");
                        ffi::lua_concat(state, 10);
                    }
                }
            }
        }
    }
}
