//! A function in one Lua state.

use std::cell::Cell;
use std::ffi::c_void;
use std::ptr;

use super::library::Function;
use super::object::Class;

/// A [`Function`] with what it knows of the Lua state that it is in, so that to check an object takes no
/// look into the registry. Lua holds it as a userdata.
///
/// Metatables of classes are named by their addresses: the registry keeps them for as long as the
/// state lives.
pub(super) struct Instance {
    pub(super) function: &'static Function,
    /// The metatable of a method's class; null for a function that is no method.
    pub(super) metatable: *const c_void,
    /// The class of argument that was asked for last, and its metatable.
    asked: Cell<(*const Class, *const c_void)>,
}

impl Instance {
    pub(super) fn new(function: &'static Function, metatable: *const c_void) -> Instance {
        Instance { function, metatable, asked: Cell::new((ptr::null(), ptr::null())) }
    }

    /// The metatable of the objects of a class; `find` looks for it.
    #[inline]
    pub(super) fn metatable_of(
        &self,
        class: &'static Class,
        find: impl FnOnce() -> *const c_void,
    ) -> *const c_void {
        let (asked, metatable) = self.asked.get();
        if ptr::eq(asked, class) {
            return metatable;
        }
        let metatable = find();
        // Null as long as the module of the class has not been opened.
        if !metatable.is_null() {
            self.asked.set((class, metatable));
        }
        metatable
    }
}
