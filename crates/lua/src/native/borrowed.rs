//! What a call borrows from Lua while it waits, or while Lua runs within it.
//!
//! The arguments of a call lie on the stack of a coroutine that the registry holds, so Lua collects none of
//! them before the call ends. There are exceptions: Lua runs all finalisers at the end of the state, a program
//! may close the coroutine of a task, and the debug library may do anything. So a call that waits has its
//! objects *pinned*: the finaliser of a pinned object tells the scheduler, which does not go on with the call.
//! What has no finaliser, a string, is compared when the call goes on.

use mlua::ffi;

use super::call::Call;
use super::dispatch;
use super::object::{Header, header_at};

/// An object, by the address of its memory.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct ObjectId(*const Header);

impl ObjectId {
    pub(super) fn of(header: &Header) -> ObjectId {
        ObjectId(header)
    }

    fn count(self, change: i32) {
        // SAFETY: the memory of a pinned object is not freed before its finaliser has had it taken out of
        // every list of pins.
        let pins = unsafe { &(*self.0).pins };
        pins.set(pins.get().wrapping_add_signed(change));
    }
}

/// Objects that are pinned for as long as this lives.
#[derive(Debug, Default)]
pub(super) struct Pins {
    /// Most calls have one.
    first: Option<ObjectId>,
    others: Vec<ObjectId>,
}

impl Pins {
    fn add(&mut self, object: ObjectId) {
        object.count(1);
        match self.first {
            None => self.first = Some(object),
            Some(_) => self.others.push(object),
        }
    }

    /// Lets go of an object; whether it was among these.
    fn lose(&mut self, object: ObjectId) -> bool {
        let before = usize::from(self.first.is_some()) + self.others.len();
        self.first = self.first.filter(|first| *first != object);
        self.others.retain(|other| *other != object);
        let lost = before - usize::from(self.first.is_some()) - self.others.len();
        for _ in 0..lost {
            object.count(-1);
        }
        lost > 0
    }

    /// Pins the objects that the running function may have borrowed: its arguments, what it has put on the stack
    /// behind them, and what it is bound to.
    ///
    /// # Safety
    /// `state` runs a function of ours.
    pub(super) unsafe fn of_running(state: *mut ffi::lua_State) -> Pins {
        let mut pins = Pins::default();
        // SAFETY: the caller's promise; reads only.
        unsafe {
            for index in 1..=ffi::lua_gettop(state) {
                pins.add_at(state, index);
            }
            pins.add_at(state, dispatch::bound_upvalue());
        }
        pins
    }

    /// # Safety
    /// As [`of_running`](Self::of_running).
    unsafe fn add_at(&mut self, state: *mut ffi::lua_State, index: i32) {
        // SAFETY: the caller's promise.
        if let Some(header) = unsafe { header_at(state, index) } {
            self.add(ObjectId::of(header));
        }
    }
}

impl Drop for Pins {
    fn drop(&mut self) {
        for object in self.first.iter().chain(&self.others) {
            object.count(-1);
        }
    }
}

/// What a call that waits has borrowed.
#[derive(Debug)]
pub(crate) struct Borrowed {
    pins: Pins,
    print: usize,
    is_lost: bool,
}

impl Borrowed {
    /// An object is finalised: the call must not go on if it has borrowed that. Whether it has.
    pub(crate) fn lose(&mut self, object: ObjectId) -> bool {
        let is_lost = self.pins.lose(object);
        self.is_lost |= is_lost;
        is_lost
    }
}

impl Call<'_> {
    /// Pins what the call has borrowed, before it waits.
    pub(crate) fn borrow_arguments(&self) -> Borrowed {
        // SAFETY: a function of ours runs.
        let pins = unsafe { Pins::of_running(self.state()) };
        Borrowed { pins, print: self.print_of_arguments(), is_lost: false }
    }

    /// Whether all that the call had borrowed when it began to wait is still there.
    pub(crate) fn still_has(&self, borrowed: &Borrowed) -> bool {
        !borrowed.is_lost && borrowed.print == self.print_of_arguments()
    }

    /// A number that tells which strings, tables and objects lie on the stack of the call.
    fn print_of_arguments(&self) -> usize {
        let state = self.state();
        let mut print = 0usize;
        // SAFETY: reads only; a string is not converted.
        unsafe {
            for index in 1..=ffi::lua_gettop(state) {
                let address = match ffi::lua_type(state, index) {
                    ffi::LUA_TSTRING => {
                        ffi::lua_tolstring(state, index, std::ptr::null_mut()).addr()
                    }
                    ffi::LUA_TTABLE | ffi::LUA_TUSERDATA => ffi::lua_topointer(state, index).addr(),
                    _ => continue,
                };
                print = print.rotate_left(7) ^ address;
            }
        }
        print
    }
}
