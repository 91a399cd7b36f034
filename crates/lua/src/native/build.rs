//! Lua calls that may raise, run so that no error leaves them.

use std::cell::Cell;
use std::ffi::c_void;
use std::ptr;

use mlua::ffi;

use super::borrowed::Pins;
use super::dispatch::{NOT_OURS, push_bytes};
use super::held::holding;
use super::reply::Raise;

/// The upvalue of each of our functions that holds [`run_protected`]. Making it anew would allocate
/// on some Lua versions, and that may raise.
pub(super) const PROTECTED: i32 = 2;

/// Where a closure finds the first of the values that [`protect_with`] has given it.
pub(super) const FIRST_GIVEN: i32 = 2;

const RUN_PROTECTED: ffi::lua_CFunction = run_protected;

/// What [`run_protected`] finds in its argument.
struct Task {
    run: unsafe fn(*mut ffi::lua_State, *const c_void),
    closure: *const c_void,
    has_run: Cell<bool>,
}

thread_local! {
    /// The task for which [`run_protected`] is being called.
    static PENDING: Cell<*const Task> = const { Cell::new(ptr::null()) };
}

// What is called in between may have been parked and go on in another thread, so the address of the
// thread-local must not be kept from before.
#[inline(never)]
fn set_pending(task: *const Task) -> *const Task {
    PENDING.replace(task)
}

/// The C function under every protected call: runs the [`Task`] in its first argument, and returns
/// what that leaves on the stack. The debug library can call it too, with anything: that does nothing.
///
/// A panic is not caught here: LuaJIT raises its errors by unwinding, and `catch_unwind` ends the
/// process when it meets an unwinding that is not Rust's. So nothing that runs here may panic.
pub(super) unsafe extern "C-unwind" fn run_protected(state: *mut ffi::lua_State) -> i32 {
    // SAFETY: `protect_with` has put a task there, which outlives the call.
    unsafe {
        let pending = set_pending(ptr::null());
        let task = match pending.as_ref() {
            Some(task) if ptr::eq(task, ffi::lua_touserdata(state, 1).cast()) => task,
            _ => {
                set_pending(pending);
                return 0;
            }
        };
        task.has_run.set(true);
        let before = ffi::lua_gettop(state);
        (task.run)(state, task.closure);
        ffi::lua_gettop(state) - before
    }
}

/// Runs `closure` under `lua_pcall`, and leaves `results` values of what it pushes. Where it raises,
/// the error value is on top of the stack instead.
///
/// The closure and what it calls own nothing that would have to be dropped, for an error skips it, and
/// do not panic.
///
/// # Safety
/// `state` runs a function made by `dispatch::push_function` and has `results`, at least 3, free
/// stack slots; the closure may expect `LUA_MINSTACK` of its own.
pub(super) unsafe fn protect<F: Fn(*mut ffi::lua_State) + Copy>(
    state: *mut ffi::lua_State,
    results: i32,
    closure: F,
) -> Result<(), Raise> {
    // SAFETY: the caller's promise.
    unsafe { protect_with(state, [], results, closure) }
}

/// As [`protect`], with values of the caller's stack, given by their absolute indices: the closure
/// finds them from index [`FIRST_GIVEN`] on.
///
/// # Safety
/// As [`protect`], with a free stack slot more for each value.
pub(super) unsafe fn protect_with<F: Fn(*mut ffi::lua_State) + Copy, const N: usize>(
    state: *mut ffi::lua_State,
    given: [i32; N],
    results: i32,
    closure: F,
) -> Result<(), Raise> {
    // SAFETY: the caller's promise.
    unsafe { protect_in(state, state, given, results, closure) }
}

/// As [`protect`], in another coroutine, which has no results.
///
/// # Safety
/// As [`protect`]. The other coroutine is not running, belongs to the same Lua state, and has `LUA_MINSTACK` free
/// stack slots.
pub(super) unsafe fn protect_on<F: Fn(*mut ffi::lua_State) + Copy>(
    state: *mut ffi::lua_State,
    other: *mut ffi::lua_State,
    closure: F,
) -> Result<(), Raise> {
    // SAFETY: the caller's promise.
    unsafe { protect_in(state, other, [], 0, closure) }
}

/// Runs `closure` in the coroutine `on`, with values of `state`.
///
/// # Safety
/// As [`protect_with`] or [`protect_on`].
unsafe fn protect_in<F: Fn(*mut ffi::lua_State) + Copy, const N: usize>(
    state: *mut ffi::lua_State,
    on: *mut ffi::lua_State,
    given: [i32; N],
    results: i32,
    closure: F,
) -> Result<(), Raise> {
    unsafe fn run<F: Fn(*mut ffi::lua_State)>(state: *mut ffi::lua_State, closure: *const c_void) {
        // SAFETY: `protect` has put a closure of this type there.
        let closure = unsafe { &*closure.cast::<F>() };
        closure(state);
    }
    let closure = ptr::from_ref(&closure).cast();
    let task = Task { run: run::<F>, closure, has_run: Cell::new(false) };
    // SAFETY: the caller's promise; the task lives until `lua_pcall` has returned.
    unsafe {
        let protected = ffi::lua_tocfunction(state, ffi::lua_upvalueindex(PROTECTED));
        if !protected.is_some_and(|function| ptr::fn_addr_eq(function, RUN_PROTECTED)) {
            ffi::lua_pushnil(state);
            return Err(Raise::Text(NOT_OURS));
        }
        // A finaliser that runs meanwhile may wait, and what is borrowed here be finalised before it goes on.
        let is_in_loop = crate::scheduler::is_in_loop();
        let pins = Cell::new(is_in_loop.then(|| Pins::of_running(state)));
        ffi::lua_pushvalue(state, ffi::lua_upvalueindex(PROTECTED));
        ffi::lua_pushlightuserdata(state, ptr::from_ref(&task).cast_mut().cast());
        for index in given {
            ffi::lua_pushvalue(state, index);
        }
        if on != state {
            ffi::lua_xmove(state, on, 2 + N as i32);
        }
        let outer = set_pending(&raw const task);
        let call = || ffi::lua_pcall(on, 1 + N as i32, results, 0);
        let status = if is_in_loop { holding(&pins, call) } else { call() };
        set_pending(outer);
        if on != state && status != ffi::LUA_OK {
            ffi::lua_xmove(on, state, 1);
        }
        match status {
            ffi::LUA_OK if task.has_run.get() => Ok(()),
            // The results are nil, where any are asked for: the last one takes the place of the error.
            ffi::LUA_OK => {
                ffi::lua_pushnil(state);
                Err(Raise::Text(NOT_OURS))
            }
            _ => Err(Raise::Pending),
        }
    }
}

/// Makes a Lua value out of parts. What it puts on the stack goes into the value that is being made.
#[derive(Clone, Copy)]
pub(crate) struct Builder {
    state: *mut ffi::lua_State,
}

impl Builder {
    /// # Safety
    /// `state` has `LUA_MINSTACK` free stack slots, and Lua errors may leave the frames in which
    /// the builder is used.
    pub(super) unsafe fn new(state: *mut ffi::lua_State) -> Builder {
        Builder { state }
    }

    pub(super) fn state(self) -> *mut ffi::lua_State {
        self.state
    }

    /// Puts a new table on the stack, filled by `fill`.
    pub(crate) fn table(self, fill: impl Fn(Builder)) {
        self.list_with_room(0, fill);
    }

    /// Puts a new table on the stack that has room for so many list items from the start, filled by
    /// `fill`.
    pub(crate) fn list_with_room(self, items: u8, fill: impl Fn(Builder)) {
        // SAFETY: the promise of `new`; tables are not nested deeper than the stack allows.
        unsafe { ffi::lua_createtable(self.state, items.into(), 0) };
        fill(self);
    }

    /// Puts a string on the stack.
    pub(crate) fn bytes(self, bytes: &[u8]) {
        // SAFETY: the promise of `new`.
        unsafe { push_bytes(self.state, bytes) };
    }

    /// Puts an integer on the stack.
    pub(crate) fn integer(self, value: i64) {
        // SAFETY: the promise of `new`.
        unsafe { ffi::lua_pushinteger(self.state, value) };
    }

    /// Puts a boolean on the stack.
    pub(crate) fn boolean(self, value: bool) {
        // SAFETY: the promise of `new`.
        unsafe { ffi::lua_pushboolean(self.state, value.into()) };
    }

    /// Sets a field of the table under construction to what `value` puts on the stack.
    pub(crate) fn field(self, name: &(impl AsRef<[u8]> + ?Sized), value: impl Fn(Builder)) {
        // SAFETY: the promise of `new`; the table lies below name and value.
        unsafe { push_bytes(self.state, name.as_ref()) };
        value(self);
        // SAFETY: as above.
        unsafe { ffi::lua_rawset(self.state, -3) };
    }

    /// Fills the table under construction with a list: what `value` puts on the stack for each item.
    pub(crate) fn list<T>(self, items: &[T], value: impl Fn(Builder, &T)) {
        for (item, index) in items.iter().zip(1..) {
            value(self, item);
            // SAFETY: the promise of `new`; the table lies below the value.
            unsafe { ffi::lua_rawseti(self.state, -2, index) };
        }
    }
}
