//! What the system says about a failure.

use moonwire_sockets::{Cause, Errno, resolver_text};

use crate::native::Call;

/// What a call says that somebody has called off.
pub(crate) const CANCELLED: &str = "cancelled";

impl<'c> Call<'c> {
    /// The system's own text for the cause of a failure, for the reply.
    #[cold]
    pub(crate) fn system_text(self, cause: Cause) -> &'c [u8] {
        match cause {
            Cause::Errno(errno) => self.text(format_args!("{errno}")),
            // What the kernel says where a time-out of its own has passed.
            Cause::TimedOut => self.text(format_args!("{}", Errno::AGAIN)),
            Cause::Cancelled => CANCELLED.as_bytes(),
            Cause::Resolver(code) => resolver_text(code).as_bytes(),
        }
    }
}
