//! File handles of Lua's own `io` library.

use std::os::raw::c_void;

use mlua::ffi;

use super::build::protect;
use super::call::Call;
use super::reply::Raise;

/// An open file of the `io` library.
#[derive(Clone, Copy)]
pub(crate) struct File(*mut libc::FILE);

/// The start of what such a handle holds, `luaL_Stream` of Lua 5.2 and later. Lua 5.1 and LuaJIT have
/// the first field, which is null when the file is closed; later the second one is.
#[repr(C)]
struct Stream {
    file: *mut libc::FILE,
    close: *const c_void,
}

/// Lua 5.1 and LuaJIT have the registry at this index.
const HAS_CLOSE_FUNCTION: bool = ffi::LUA_REGISTRYINDEX != -10000;

impl<'c> Call<'c> {
    /// An argument that is a file handle, `None` where it is something else.
    pub(crate) fn file(&self, index: usize) -> Result<Option<File>, Raise> {
        let place = self.stack_index(index);
        // SAFETY: reads only, but for the name, which is pushed under protection. A userdata with
        // the metatable of file handles is one, for scripts cannot set that of a userdata.
        unsafe {
            let state = self.state();
            if ffi::lua_type(state, place) != ffi::LUA_TUSERDATA
                || ffi::lua_getmetatable(state, place) == 0
            {
                return Ok(None);
            }
            protect(state, 1, |state| {
                // `LUA_FILEHANDLE`.
                ffi::lua_getfield(state, ffi::LUA_REGISTRYINDEX, c"FILE*".as_ptr());
            })?;
            let is_file = ffi::lua_rawequal(state, -1, -2) != 0;
            ffi::lua_pop(state, 2);
            let stream = ffi::lua_touserdata(state, place).cast::<Stream>();
            if !is_file || stream.is_null() {
                return Ok(None);
            }
            let file = (*stream).file;
            if file.is_null() || (HAS_CLOSE_FUNCTION && (*stream).close.is_null()) {
                return Err(Raise::argument(index, "attempt to use a closed file"));
            }
            Ok(Some(File(file)))
        }
    }
}

impl File {
    /// The number of the file's descriptor, once the file's buffer and the descriptor agree:
    /// what has been written is in the file, and what has been read ahead is not counted as read
    /// (`fflush(3)`). The error is an `errno`.
    pub(crate) fn descriptor(self) -> Result<i32, i32> {
        // SAFETY: the file was open when the handle was looked at, and nothing has run since that
        // could have closed it.
        unsafe {
            if libc::fflush(self.0) != 0 {
                return Err(std::io::Error::last_os_error().raw_os_error().unwrap_or(0));
            }
            Ok(libc::fileno(self.0))
        }
    }
}
