//! From Lua into a body and back.

use std::mem::{ManuallyDrop, MaybeUninit};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::ptr;

use mlua::ffi;
use moonwire_sockets::Scratch;

use super::build::{self, PROTECTED, protect};
use super::call::Call;
use super::instance::Instance;
use super::library::Function;
use super::reply::{Built, Outcome, Problem, Raise, Value};
use super::{suspend, versions};

/// The upvalue of each of our functions that is its [`Instance`]. The next one is [`PROTECTED`].
const INSTANCE: i32 = 1;
/// The upvalue of a method that holds the metatable of its class, which the instance names only.
const METATABLE: i32 = 3;
/// The upvalue of a bound function that holds its object.
const BOUND: i32 = 4;

/// Which frame `luaL_where` is to name: the one that called the running C function.
const CALLER: i32 = 1;

/// Where a bound function finds its object.
#[inline]
pub(super) fn bound_upvalue() -> i32 {
    ffi::lua_upvalueindex(BOUND)
}

/// Pushes a Lua function that runs `function`. A method has the metatable of its class at `metatable`
/// on the stack; a bound function has its object behind that.
///
/// # Safety
/// `state` has four free stack slots, and a Lua error may leave this frame.
pub(super) unsafe fn push_function(
    state: *mut ffi::lua_State,
    function: &'static Function,
    metatable: Option<i32>,
    bound: Option<i32>,
) {
    const { assert!(INSTANCE == 1 && PROTECTED == 2 && METATABLE == 3 && BOUND == 4) };
    // Lua aligns userdata to this at least.
    const { assert!(align_of::<Instance>() <= 8) };
    // SAFETY: the caller's promise; the memory is large enough, and nothing in it has to be dropped.
    unsafe {
        let class = metatable.map_or(ptr::null(), |index| ffi::lua_topointer(state, index));
        let instance = ffi::lua_newuserdata(state, size_of::<Instance>());
        instance.cast::<Instance>().write(Instance::new(function, class));
        ffi::lua_pushcfunction(state, build::run_protected);
        let mut upvalues = 2;
        for index in [metatable, bound].into_iter().flatten() {
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
        let instance = ffi::lua_touserdata(state, ffi::lua_upvalueindex(INSTANCE));
        // Null where a debugger has changed the upvalue.
        let Some(instance) = instance.cast::<Instance>().as_ref() else {
            push_text(state, "not a function of Moonwire");
            ffi::lua_error(state)
        };
        let mut scratch = ManuallyDrop::new(Scratch::new());
        let mut outcome = MaybeUninit::uninit();
        let place = &raw mut *scratch;
        let outcome = run(state, instance, &mut *place, &mut outcome, body);
        let owns_memory = (*place).owns_memory();
        let pushed = match outcome {
            Ok(reply) => match reply.stacked_count() {
                Some(count) => Ok(count),
                None if owns_memory => push_protected(state, reply.values()),
                None => {
                    for value in reply.values() {
                        push(state, *value);
                    }
                    Ok(reply.values().len() as i32)
                }
            },
            Err(raise) => Err(*raise),
        };
        if owns_memory {
            ManuallyDrop::drop(&mut scratch);
        }
        match pushed {
            Ok(count) => count,
            Err(Raise::Suspended) => versions::yield_with(state, suspend::go_on),
            Err(raise) => {
                push_error(state, instance.function.name, raise);
                ffi::lua_error(state)
            }
        }
    }
}

/// Runs the body. This is the half without Lua errors. What comes of it stays where the body writes it:
/// a copy of it is a good part of what a call costs.
#[inline(always)]
fn run<'c, 'o, B>(
    state: *mut ffi::lua_State,
    instance: &'c Instance,
    scratch: &'c mut Scratch,
    outcome: &'o mut MaybeUninit<Outcome<'c>>,
    body: B,
) -> &'o Outcome<'c>
where
    B: FnOnce(Call<'c>, &'static Function) -> Outcome<'c>,
{
    // SAFETY: `answer` runs this on the state's own stack.
    let call = unsafe { Call::new(state, instance, scratch) };
    let place = outcome.as_mut_ptr();
    // SAFETY: the place is writable, and has been written before it is read.
    unsafe {
        let body = AssertUnwindSafe(|| place.write(body(call, instance.function)));
        // The panic hook has told what went wrong; the program gets an error that it can catch.
        if catch_unwind(body).is_err() {
            place.write(Err(Raise::Text("internal error in Moonwire")));
        }
        &*place
    }
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
unsafe fn push_protected(state: *mut ffi::lua_State, values: &[Value<'_>]) -> Result<i32, Raise> {
    for value in values {
        // SAFETY: only strings allocate, and those are pushed under protection.
        unsafe {
            match *value {
                Value::Bytes(bytes) => protect(state, 1, |state| push_bytes(state, bytes))?,
                value => push(state, value),
            }
        }
    }
    Ok(values.len() as i32)
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
