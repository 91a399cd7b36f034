//! Which process runs: a child that was forked, or its parent, `pthread_atfork(3)`.

use std::sync::Once;
use std::sync::atomic::{AtomicU32, Ordering};

use crate::Errno;

/// How many forks lie between the process that installed the handler, and this one.
static GENERATION: AtomicU32 = AtomicU32::new(0);
static HANDLER: Once = Once::new();

/// A process, which differs from its children and from its parent. Unlike `getpid(2)`, a comparison takes no
/// system call.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Process(u32);

unsafe extern "C" fn in_child() {
    GENERATION.fetch_add(1, Ordering::Relaxed);
}

impl Process {
    /// The process that runs. Forks are counted from the first call on.
    ///
    /// # Errors
    /// `ENOMEM` of `pthread_atfork(3)`, where there is no memory to remember that.
    pub(crate) fn watched() -> Result<Process, Errno> {
        let mut result = Ok(());
        HANDLER.call_once(|| {
            // SAFETY: the handler can run at any fork: it only changes an atomic number.
            let failure = unsafe { libc::pthread_atfork(None, None, Some(in_child)) };
            if failure != 0 {
                result = Err(Errno(failure));
            }
        });
        result.map(|()| Process(GENERATION.load(Ordering::Relaxed)))
    }

    /// Whether this is the process that runs.
    #[inline]
    pub(crate) fn is_current(self) -> bool {
        self.0 == GENERATION.load(Ordering::Relaxed)
    }
}
