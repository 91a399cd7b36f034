//! Memory that is about to be read.

/// Has the processor fetch the beginning of something into its caches, where it can be told so. Nothing is read,
/// so the address may be any.
#[inline]
pub(crate) fn prefetch<T: ?Sized>(memory: *const T, lines: usize) {
    #[cfg(target_arch = "x86_64")]
    {
        use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
        for line in 0..lines {
            // SAFETY: an instruction of every processor of this kind, which does not read.
            unsafe { _mm_prefetch::<_MM_HINT_T0>(memory.cast::<i8>().wrapping_add(64 * line)) };
        }
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = (memory, lines);
}
