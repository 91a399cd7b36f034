//! Objects of which a Lua state has one.

use std::cell::Cell;

use mlua::ffi;

use super::call::Call;
use super::object::{Object, header_at, push_metatable, value_at};
use super::reply::Raise;

impl<'c> Call<'c> {
    /// The object of this type that the state has one of; `make` makes it where it is not there yet. Its
    /// class is one of a library that has been opened. It lives as long as the state.
    pub(crate) fn singleton<T: Object>(
        &mut self,
        make: impl FnOnce() -> Result<T, Raise>,
    ) -> Result<&'c T, Raise> {
        match self.existing_singleton::<T>() {
            Singleton::There(object) => return Ok(object),
            Singleton::Collected => return Err(CLOSING),
            Singleton::Missing => {}
        }
        let made = Cell::new(Some(make()?));
        self.build_holding(&made, |builder, made| {
            builder.object(made);
            // SAFETY: the promise of `Builder::new`. The registry holds it under its metatable.
            unsafe {
                push_metatable::<T>(builder.state());
                ffi::lua_pushvalue(builder.state(), -2);
                ffi::lua_rawset(builder.state(), ffi::LUA_REGISTRYINDEX);
            }
        })?;
        // SAFETY: drops what was built, which the registry holds.
        unsafe { ffi::lua_pop(self.state(), 1) };
        match self.existing_singleton::<T>() {
            Singleton::There(object) => Ok(object),
            Singleton::Missing | Singleton::Collected => {
                Err(Raise::Text("out of place in this state"))
            }
        }
    }

    fn existing_singleton<T: Object>(&self) -> Singleton<'c, T> {
        // SAFETY: a function of ours runs, with free stack slots. The registry keeps the object for as long as
        // the state lives.
        unsafe { existing_singleton(self.state()) }
    }
}

/// What a state uses that is being closed: its finaliser has run.
pub(crate) const CLOSING: Raise = Raise::Text("the Lua state is closing");

/// What has become of a singleton.
pub(super) enum Singleton<'a, T> {
    /// It has not been made.
    Missing,
    There(&'a T),
    /// Its finaliser has run: the state is closing.
    Collected,
}

/// Looks for the singleton of a type. Nothing is raised or allocated.
///
/// # Safety
/// `state` has three free stack slots; the object lives for `'a`.
pub(super) unsafe fn existing_singleton<'a, T: Object>(
    state: *mut ffi::lua_State,
) -> Singleton<'a, T> {
    // SAFETY: the caller's promise.
    unsafe {
        push_metatable::<T>(state);
        if ffi::lua_istable(state, -1) == 0 {
            ffi::lua_pop(state, 1);
            return Singleton::Missing;
        }
        ffi::lua_rawget(state, ffi::LUA_REGISTRYINDEX);
        let singleton = match value_at(state, -1) {
            Some(object) => Singleton::There(object),
            None if header_at(state, -1).is_some() => Singleton::Collected,
            None => Singleton::Missing,
        };
        ffi::lua_pop(state, 1);
        singleton
    }
}
