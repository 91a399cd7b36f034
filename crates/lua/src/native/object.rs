//! Lua objects that own Rust values.

use std::any::TypeId;
use std::cell::Cell;
use std::ffi::c_void;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::ptr;

use mlua::ffi;

use super::borrowed::ObjectId;
use super::build::Builder;
use super::call::Call;
use super::dispatch::{self, push_text};
use super::library::Function;
use super::reply::{Built, Raise};
use super::singleton::{Singleton, existing_singleton};
use super::versions::may_be_closing;
use crate::scheduler::Anchor;

/// What the objects of one kind have in common.
pub(crate) struct Class {
    /// What an argument error calls such an object.
    pub(crate) name: &'static str,
    /// The methods, in tables that several classes may have in common.
    pub(crate) methods: &'static [&'static [Function]],
    /// Metamethods by their names: `__tostring`, `__close` and so on. `__gc`, `__index`,
    /// `__metatable` and `__name` are there without being named.
    pub(crate) metamethods: &'static [Function],
}

/// A Rust value that Lua holds as an object.
///
/// Methods see it shared, for a finaliser may call in while another method runs: what changes
/// lies in cells. It is dropped when Lua collects the object.
pub(crate) trait Object: 'static {
    /// The class of such objects, listed in the module's [`Library`](super::Library).
    const CLASS: &'static Class;
}

/// What every userdata of ours begins with. A userdata is known by this, not by its metatable, which the debug
/// library can set for any.
#[repr(C)]
pub(super) struct Header {
    /// The address of [`MARK`].
    mark: *const u8,
    /// The type in the slot that this is the header of.
    type_id: TypeId,
    /// Drops the value in that slot.
    empty: unsafe fn(*const Header),
    /// How many calls have borrowed the value and wait.
    pub(super) pins: Cell<u32>,
}

/// Its address is in the headers of this copy of the library, and nothing else has a reason to contain it.
static MARK: u8 = 0;

/// The header of the object at an index of the stack, if it is one of ours.
///
/// # Safety
/// `state` has a value at that index, or none; the object lives for `'a`.
#[inline]
pub(super) unsafe fn header_at<'a>(state: *mut ffi::lua_State, index: i32) -> Option<&'a Header> {
    // SAFETY: reads only. What is read of another library's userdata lies within its length; a light userdata
    // has none.
    unsafe {
        let header = ffi::lua_touserdata(state, index).cast::<Header>().cast_const();
        let is_ours = !header.is_null()
            && ffi::lua_rawlen(state, index) >= size_of::<Header>()
            && ptr::eq((*header).mark, &raw const MARK);
        is_ours.then(|| &*header)
    }
}

/// The memory of a userdata. The value is `None` before it is filled, and when it has been
/// collected, which a finaliser that runs later may still see.
#[repr(C)]
struct Slot<T> {
    header: Header,
    value: Option<T>,
}

impl<T: 'static> Slot<T> {
    /// # Safety
    /// The header is that of a `Slot<T>`.
    unsafe fn empty(header: *const Header) {
        // SAFETY: the caller's promise. The value is taken out first, so that what drops it cannot find it.
        let value = unsafe { (*header.cast::<Slot<T>>().cast_mut()).value.take() };
        drop(value);
    }
}

/// `__gc` of every class. The debug library can call it with anything, at any time.
unsafe extern "C-unwind" fn collect(state: *mut ffi::lua_State) -> i32 {
    // SAFETY: Lua or a program calls this, with free stack slots. The header tells the type of its slot.
    unsafe {
        let Some(header) = header_at(state, 1) else {
            return 0;
        };
        // The panic hook has told what went wrong; nobody is there to be given an error.
        let _ = catch_unwind(AssertUnwindSafe(|| {
            if header.pins.get() > 0
                && let Singleton::There(anchor) = existing_singleton::<Anchor>(state)
            {
                anchor.lose_object(ObjectId::of(header), may_be_closing(state));
            }
            // A call that has borrowed the value is in progress: the program itself has called this.
            if header.pins.get() == 0 {
                (header.empty)(header);
            }
        }));
    }
    0
}

/// The key of a class's metatable in the registry.
fn key(class: &'static Class) -> *const c_void {
    ptr::from_ref(class).cast()
}

/// Pushes the metatable of a class, or nil where the state does not have it.
///
/// # Safety
/// `state` has a free stack slot.
pub(super) unsafe fn push_metatable<T: Object>(state: *mut ffi::lua_State) {
    // SAFETY: the caller's promise.
    unsafe { ffi::lua_rawgetp(state, ffi::LUA_REGISTRYINDEX, key(T::CLASS)) };
}

/// Pushes the table of the methods of a class that the state has.
///
/// # Safety
/// `state` has three free stack slots, and a Lua error may leave this frame.
pub(super) unsafe fn push_methods(state: *mut ffi::lua_State, class: &'static Class) {
    // SAFETY: the caller's promise; the metatable is a table.
    unsafe {
        ffi::lua_rawgetp(state, ffi::LUA_REGISTRYINDEX, key(class));
        push_text(state, "__index");
        ffi::lua_rawget(state, -2);
        ffi::lua_remove(state, -2);
    }
}

/// Makes the metatable of a class, where the state does not have it yet.
///
/// # Safety
/// `state` has eight free stack slots, and a Lua error may leave this frame.
pub(super) unsafe fn register(state: *mut ffi::lua_State, class: &'static Class) {
    // SAFETY: the caller's promise.
    unsafe {
        ffi::lua_rawgetp(state, ffi::LUA_REGISTRYINDEX, key(class));
        let is_new = ffi::lua_isnil(state, -1) != 0;
        ffi::lua_pop(state, 1);
        if !is_new {
            return;
        }
        ffi::lua_createtable(state, 0, 8);
        let metatable = ffi::lua_gettop(state);
        ffi::lua_createtable(state, 0, 0);
        let methods = class.methods.iter().map(|methods| (*methods, metatable + 1));
        for (functions, table) in methods.chain([(class.metamethods, metatable)]) {
            for function in functions {
                push_text(state, function.name);
                dispatch::push_function(state, function, None);
                ffi::lua_rawset(state, table);
            }
        }
        ffi::lua_setfield(state, metatable, c"__index".as_ptr());
        ffi::lua_pushcfunction(state, collect);
        ffi::lua_setfield(state, metatable, c"__gc".as_ptr());
        ffi::lua_pushboolean(state, 0);
        ffi::lua_setfield(state, metatable, c"__metatable".as_ptr());
        push_text(state, class.name);
        ffi::lua_setfield(state, metatable, c"__name".as_ptr());
        ffi::lua_rawsetp(state, ffi::LUA_REGISTRYINDEX, key(class));
    }
}

/// The value in the object at an index of the stack, if it has this type and has not been collected.
///
/// # Safety
/// `state` has a value at that index, or none; the value lives for `'a`.
#[inline]
pub(super) unsafe fn value_at<'a, T: Object>(
    state: *mut ffi::lua_State,
    index: i32,
) -> Option<&'a T> {
    // SAFETY: the caller's promise; the type in the header tells what follows it.
    unsafe {
        let header =
            header_at(state, index).filter(|header| header.type_id == TypeId::of::<T>())?;
        (*ptr::from_ref(header).cast::<Slot<T>>()).value.as_ref()
    }
}

impl Builder {
    /// Puts a new object on the stack, with the value that `value` holds. It is taken out only when
    /// the object is there to own it.
    pub(crate) fn object<T: Object>(self, value: &Cell<Option<T>>) {
        // Lua aligns userdata to this at least.
        const { assert!(align_of::<Slot<T>>() <= 8) };
        let state = self.state();
        // SAFETY: the promise of `Builder::new`. The memory is large enough for the slot, and is
        // initialised before the metatable lets anybody see what is in it.
        unsafe {
            let slot = ffi::lua_newuserdata(state, size_of::<Slot<T>>()).cast::<Slot<T>>();
            let header = Header {
                mark: &raw const MARK,
                type_id: TypeId::of::<T>(),
                empty: Slot::<T>::empty,
                pins: Cell::new(0),
            };
            slot.write(Slot { header, value: None });
            ffi::lua_rawgetp(state, ffi::LUA_REGISTRYINDEX, key(T::CLASS));
            ffi::lua_setmetatable(state, -2);
            (*slot).value = value.take();
        }
    }

    /// Puts a function on the stack that holds the value, as a new object of its own.
    pub(crate) fn bound_function<T: Object>(
        self,
        function: &'static Function,
        value: &Cell<Option<T>>,
    ) {
        let state = self.state();
        self.object(value);
        // SAFETY: the promise of `Builder::new`.
        unsafe {
            let object = ffi::lua_gettop(state);
            dispatch::push_function(state, function, Some(object));
            ffi::lua_replace(state, object);
        }
    }

    /// Lets the table under construction answer the methods of a class, which find what it owns by
    /// [`Call::owned_by_this`]. Nobody else sees what it owns, and it lives as long as the table.
    pub(crate) fn methods_of<T: Object>(self, owned: Option<&Cell<Option<T>>>) {
        let state = self.state();
        // SAFETY: the promise of `Builder::new`; the table lies below its new metatable.
        unsafe {
            ffi::lua_createtable(state, 1, 2);
            push_text(state, "__index");
            ffi::lua_rawgetp(state, ffi::LUA_REGISTRYINDEX, key(T::CLASS));
            push_text(state, "__index");
            ffi::lua_rawget(state, -2);
            ffi::lua_remove(state, -2);
            ffi::lua_rawset(state, -3);
            push_text(state, "__metatable");
            ffi::lua_pushboolean(state, 0);
            ffi::lua_rawset(state, -3);
            if let Some(owned) = owned {
                self.object(owned);
                ffi::lua_rawseti(state, -2, OWNED);
            }
            ffi::lua_setmetatable(state, -2);
        }
    }
}

/// Where the metatable of a table holds what the table owns.
const OWNED: ffi::lua_Integer = 1;

impl<'c> Call<'c> {
    /// Makes a function that holds a value, for the reply: [`bound`](Self::bound) gives it to the
    /// function's body. The value is dropped where Lua has no memory for it.
    pub(crate) fn bound_function<T: Object>(
        &mut self,
        function: &'static Function,
        value: T,
    ) -> Result<Built, Raise> {
        let value = Cell::new(Some(value));
        self.build_holding(&value, |builder, value| builder.bound_function(function, value))
    }

    /// What the function that is called holds.
    #[inline]
    pub(crate) fn bound<T: Object>(&self) -> Result<&'c T, Raise> {
        // It has been collected, which a finaliser that runs later may see, or a debugger has
        // changed it.
        self.object_on_stack(dispatch::bound_upvalue())
            .ok_or(Raise::Text("what the function needs has been collected"))
    }

    /// Makes an object for the reply. The value is dropped where Lua has no memory for it.
    pub(crate) fn object<T: Object>(&mut self, value: T) -> Result<Built, Raise> {
        let value = Cell::new(Some(value));
        self.build_holding(&value, |builder, value| builder.object(value))
    }

    /// The object whose method is called.
    #[inline]
    pub(crate) fn this<T: Object>(&self) -> Result<&'c T, Raise> {
        self.object_on_stack(1).ok_or_else(|| self.type_error(0, T::CLASS.name))
    }

    /// The object whose method is called, for the reply.
    pub(crate) fn itself(&self) -> Built {
        Built(1)
    }

    /// An argument that is an object.
    pub(crate) fn object_at<T: Object>(&self, index: usize) -> Result<&'c T, Raise> {
        self.object_on_stack(self.stack_index(index))
            .ok_or_else(|| self.type_error(index, T::CLASS.name))
    }

    /// An argument that is an object, or a list whose first entry is one.
    pub(crate) fn object_or_first_at<T: Object>(&self, index: usize) -> Result<&'c T, Raise> {
        self.object_or_first_on_stack(self.stack_index(index))
            .ok_or_else(|| self.type_error(index, T::CLASS.name))
    }

    /// The object whose method is called, or the first entry of the list whose method is.
    pub(crate) fn this_or_first<T: Object>(&self) -> Result<&'c T, Raise> {
        self.object_or_first_on_stack(1).ok_or_else(|| self.type_error(0, T::CLASS.name))
    }

    fn object_or_first_on_stack<T: Object>(&self, index: i32) -> Option<&'c T> {
        self.object_on_stack(index).or_else(|| {
            // SAFETY: neither raises nor allocates. The entry takes its list's place on the stack, so
            // it outlives the list.
            unsafe {
                if ffi::lua_istable(self.state(), index) == 0 {
                    return None;
                }
                ffi::lua_rawgeti(self.state(), index, 1);
            }
            let entry = self.object_on_stack(self.top());
            // SAFETY: as above. Where the entry is none, the list stays.
            unsafe {
                match entry {
                    Some(_) => ffi::lua_replace(self.state(), index),
                    None => ffi::lua_pop(self.state(), 1),
                }
            }
            entry
        })
    }

    fn top(&self) -> i32 {
        // SAFETY: reads only.
        unsafe { ffi::lua_gettop(self.state()) }
    }

    /// What the table owns whose method is called, see [`Builder::methods_of`].
    pub(crate) fn owned_by_this<T: Object>(&self) -> Result<&'c T, Raise> {
        // SAFETY: reads only. What is owned stays on the stack, so it outlives its table.
        let owned = unsafe {
            let state = self.state();
            let is_owner = ffi::lua_istable(state, 1) != 0 && ffi::lua_getmetatable(state, 1) != 0;
            is_owner.then(|| {
                ffi::lua_rawgeti(state, -1, OWNED);
                ffi::lua_gettop(state)
            })
        };
        owned
            .and_then(|index| self.object_on_stack(index))
            .ok_or_else(|| self.type_error(0, T::CLASS.name))
    }

    /// The object at an index of the Lua stack, or at a pseudo-index, if it is one of this type and has not been
    /// collected.
    #[inline]
    pub(super) fn object_on_stack<T: Object>(&self, index: i32) -> Option<&'c T> {
        // SAFETY: arguments and upvalues stay for `'c`.
        unsafe { value_at(self.state(), index) }
    }

    /// The address that tells the object whose method is called from every other, for `tostring`.
    pub(crate) fn address_of_this(&self) -> *const c_void {
        // SAFETY: reads only.
        unsafe { ffi::lua_topointer(self.state(), 1) }
    }
}
