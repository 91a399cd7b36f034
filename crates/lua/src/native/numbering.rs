//! The numbers of functions.
//!
//! A Lua function of ours holds which [`Function`] it runs in an upvalue, where the debug library can put
//! anything. A number is safe to look up whatever is there; an address would have to be believed.

use std::collections::HashMap;
use std::ffi::c_void;
use std::ptr;
use std::sync::atomic::{AtomicPtr, AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::library::Function;

/// More than there are.
const MOST: usize = 1024;

/// Each function that a Lua state has been given, at its number. Number 0 is none.
static FUNCTIONS: [AtomicPtr<Function>; MOST] = [const { AtomicPtr::new(ptr::null_mut()) }; MOST];
static LAST: AtomicUsize = AtomicUsize::new(0);
/// The numbers by the addresses of the functions.
static NUMBERS: Mutex<Option<HashMap<usize, usize>>> = Mutex::new(None);

/// The number of a function, as the pointer that its upvalue holds. Null where there is none left.
pub(super) fn number_of(function: &'static Function) -> *mut c_void {
    let address = ptr::from_ref(function);
    // What is done under the lock cannot leave it half done.
    let mut numbers: MutexGuard<'_, _> = NUMBERS.lock().unwrap_or_else(PoisonError::into_inner);
    let numbers = numbers.get_or_insert_default();
    let number = *numbers.entry(address.addr()).or_insert_with(|| {
        let number = LAST.load(Ordering::Relaxed) + 1;
        match FUNCTIONS.get(number) {
            Some(place) => {
                place.store(address.cast_mut(), Ordering::Release);
                LAST.store(number, Ordering::Relaxed);
                number
            }
            None => 0,
        }
    });
    ptr::without_provenance_mut(number)
}

/// The function whose number an upvalue holds. `None` where a debugger has put something else there.
#[inline]
pub(super) fn function_of(number: *mut c_void) -> Option<&'static Function> {
    let function = FUNCTIONS.get(number.addr())?.load(Ordering::Acquire);
    // SAFETY: null, or the address of a function that lives for ever: see `number_of`.
    unsafe { function.as_ref() }
}
