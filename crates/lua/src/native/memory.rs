//! Whether there is memory, before it is needed where nothing can be done about its lack.

use std::ptr;

/// Whether the process may have so many bytes more (`RLIMIT_AS`, `RLIMIT_DATA`, strict accounting of memory). They
/// are asked for and given back at once, untouched, so this takes two system calls and no memory.
pub(crate) fn is_there_memory(bytes: usize) -> bool {
    let protection = libc::PROT_READ | libc::PROT_WRITE;
    let flags = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS;
    // SAFETY: a mapping of its own, which nothing refers to, is made and removed again.
    unsafe {
        let memory = libc::mmap(ptr::null_mut(), bytes, protection, flags, -1, 0);
        if memory == libc::MAP_FAILED {
            return false;
        }
        libc::munmap(memory, bytes);
    }
    true
}
