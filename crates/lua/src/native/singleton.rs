//! Objects of which a Lua state has one.

use std::cell::Cell;

use mlua::ffi;

use super::call::Call;
use super::object::{Object, push_metatable};
use super::reply::Raise;

impl<'c> Call<'c> {
    /// The object of this type that the state has one of; `make` makes it where it is not there yet. Its
    /// class is one of a library that has been opened. It lives as long as the state.
    pub(crate) fn singleton<T: Object>(
        &mut self,
        make: impl FnOnce() -> Result<T, Raise>,
    ) -> Result<&'c T, Raise> {
        if let Some(object) = self.existing_singleton::<T>() {
            return Ok(object);
        }
        let made = Cell::new(Some(make()?));
        let place = &made;
        self.build(|builder| {
            builder.object(place);
            // SAFETY: the promise of `Builder::new`. The registry holds it under its metatable.
            unsafe {
                push_metatable::<T>(builder.state());
                ffi::lua_pushvalue(builder.state(), -2);
                ffi::lua_rawset(builder.state(), ffi::LUA_REGISTRYINDEX);
            }
        })?;
        // SAFETY: drops what was built, which the registry holds.
        unsafe { ffi::lua_pop(self.state(), 1) };
        self.existing_singleton::<T>().ok_or(Raise::Text("out of place in this state"))
    }

    fn existing_singleton<T: Object>(&self) -> Option<&'c T> {
        // SAFETY: a function of ours runs, with free stack slots; nothing here raises or allocates. The
        // registry keeps the object for as long as the state lives.
        unsafe {
            let state = self.state();
            push_metatable::<T>(state);
            if ffi::lua_istable(state, -1) == 0 {
                ffi::lua_pop(state, 1);
                return None;
            }
            let metatable = ffi::lua_topointer(state, -1);
            ffi::lua_rawget(state, ffi::LUA_REGISTRYINDEX);
            let object = self.object_with(metatable, -1);
            ffi::lua_pop(state, 1);
            object
        }
    }
}
