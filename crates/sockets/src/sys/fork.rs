//! Whether the process is still the one that it was, `pthread_atfork(3)`.

use std::sync::Once;
use std::sync::atomic::{AtomicU32, Ordering};

use crate::Errno;

/// How many forks lie between the process that has first asked, and this one.
static GENERATION: AtomicU32 = AtomicU32::new(0);
static HANDLER: Once = Once::new();

/// A process, as told from the children that it forks and from the one that has forked it. Unlike `getpid(2)` it
/// takes no system call.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Process(u32);

unsafe extern "C" fn in_child() {
    GENERATION.fetch_add(1, Ordering::Relaxed);
}

impl Process {
    /// The process that runs, which is told from its children from now on.
    ///
    /// # Errors
    /// `ENOMEM` of `pthread_atfork(3)`, where there is no memory to remember that.
    pub(crate) fn watched() -> Result<Process, Errno> {
        let mut result = Ok(());
        HANDLER.call_once(|| {
            // SAFETY: the handler may be called at any fork: it only counts.
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
