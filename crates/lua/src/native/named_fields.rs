//! Argument tables with fields of known names.

use mlua::ffi;

use super::call::Call;
use super::reply::Raise;

/// A field of an argument table that has none of the names that are known: its name, where that is a
/// string.
pub(crate) struct UnknownField(pub(crate) Option<Vec<u8>>);

impl Call<'_> {
    /// Hands each field of an argument table to `each`: its name, and where its value can be read as
    /// if it were an argument. Where there is a field with another name than those in `names`, `each` is
    /// not called, and the result is that field.
    pub(crate) fn each_field(
        &self,
        index: usize,
        names: impl Iterator<Item = &'static str> + Clone,
        mut each: impl FnMut(&'static str, usize) -> Result<(), Raise>,
    ) -> Result<Result<(), UnknownField>, Raise> {
        if !self.is_table(index) {
            return Err(self.type_error(index, "table"));
        }
        let present = match self.field_names(index, names) {
            Ok(present) => present,
            Err(unknown) => return Ok(Err(unknown)),
        };
        // SAFETY: reads only.
        let top = unsafe { ffi::lua_gettop(self.state()) };
        for name in present {
            each(name, self.field(index, name)?)?;
            // SAFETY: drops the value, and what `each` has put above it.
            unsafe { ffi::lua_settop(self.state(), top) };
        }
        Ok(Ok(()))
    }

    /// Which of the names the fields of a table have, or a field with another.
    fn field_names(
        &self,
        index: usize,
        names: impl Iterator<Item = &'static str> + Clone,
    ) -> Result<Vec<&'static str>, UnknownField> {
        let state = self.state();
        let table = self.stack_index(index);
        let mut present = Vec::new();
        // SAFETY: the argument is a table, and the stack has room for a key and a value. Nothing is
        // allocated in Lua, so nobody changes the table meanwhile, and a key is read as a string only
        // where it is one.
        unsafe {
            let top = ffi::lua_gettop(state);
            ffi::lua_pushnil(state);
            while ffi::lua_next(state, table) != 0 {
                let key = (ffi::lua_type(state, -2) == ffi::LUA_TSTRING).then(|| {
                    let mut length = 0;
                    let bytes = ffi::lua_tolstring(state, -2, &raw mut length);
                    std::slice::from_raw_parts(bytes.cast::<u8>(), length)
                });
                let name = key.and_then(|key| names.clone().find(|name| name.as_bytes() == key));
                let Some(name) = name else {
                    let unknown = UnknownField(key.map(<[u8]>::to_vec));
                    ffi::lua_settop(state, top);
                    return Err(unknown);
                };
                present.push(name);
                ffi::lua_pop(state, 1);
            }
        }
        Ok(present)
    }
}
