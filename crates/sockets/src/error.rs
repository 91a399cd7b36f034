//! Errors that keep `errno` and the operation that failed until a module words them.

use std::{fmt, io};

use crate::sys;

/// An error number of the operating system, as in `errno(3)`. Displayed as the system's text for
/// it (`strerror(3)`).
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Errno(pub i32);

impl Errno {
    /// Address family not supported by protocol.
    pub const AFNOSUPPORT: Errno = Errno(libc::EAFNOSUPPORT);
    /// Resource temporarily unavailable: the call would have to wait.
    pub const AGAIN: Errno = Errno(libc::EAGAIN);
    /// Device or resource busy.
    pub const BUSY: Errno = Errno(libc::EBUSY);
    /// Connection already in progress.
    pub const ALREADY: Errno = Errno(libc::EALREADY);
    /// Bad file descriptor.
    pub const BADF: Errno = Errno(libc::EBADF);
    /// Software caused connection abort.
    pub const CONNABORTED: Errno = Errno(libc::ECONNABORTED);
    /// Connection refused.
    pub const CONNREFUSED: Errno = Errno(libc::ECONNREFUSED);
    /// Connection reset by peer.
    pub const CONNRESET: Errno = Errno(libc::ECONNRESET);
    /// Resource deadlock avoided: what is waited for cannot come.
    pub const DEADLK: Errno = Errno(libc::EDEADLK);
    /// Operation now in progress.
    pub const INPROGRESS: Errno = Errno(libc::EINPROGRESS);
    /// Interrupted system call.
    pub const INTR: Errno = Errno(libc::EINTR);
    /// Invalid argument.
    pub const INVAL: Errno = Errno(libc::EINVAL);
    /// Transport endpoint is already connected.
    pub const ISCONN: Errno = Errno(libc::EISCONN);
    /// Is a directory.
    pub const ISDIR: Errno = Errno(libc::EISDIR);
    /// Too many open files in this process.
    pub const MFILE: Errno = Errno(libc::EMFILE);
    /// Too many open files in the system.
    pub const NFILE: Errno = Errno(libc::ENFILE);
    /// No buffer space available.
    pub const NOBUFS: Errno = Errno(libc::ENOBUFS);
    /// File name too long.
    pub const NAMETOOLONG: Errno = Errno(libc::ENAMETOOLONG);
    /// Cannot allocate memory.
    pub const NOMEM: Errno = Errno(libc::ENOMEM);
    /// No message of desired type.
    pub const NOMSG: Errno = Errno(libc::ENOMSG);
    /// Operation not supported.
    pub const OPNOTSUPP: Errno = Errno(libc::EOPNOTSUPP);
    /// Broken pipe: the reader has gone.
    pub const PIPE: Errno = Errno(libc::EPIPE);
    /// Socket operation on non-socket.
    pub const NOTSOCK: Errno = Errno(libc::ENOTSOCK);

    /// Joins the error number with the operation that it ended.
    #[must_use]
    pub const fn during(self, operation: &'static str) -> Error {
        Error { operation, cause: Cause::Errno(self) }
    }
}

impl From<io::Error> for Errno {
    /// The error's number. An error that the standard library has found without the system has none: `EINVAL`
    /// for a wrong argument, and `EIO` otherwise.
    fn from(error: io::Error) -> Errno {
        match (error.raw_os_error(), error.kind()) {
            (Some(number), _) => Errno(number),
            (None, io::ErrorKind::InvalidInput) => Errno::INVAL,
            (None, _) => Errno(libc::EIO),
        }
    }
}

impl fmt::Display for Errno {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        sys::error_text(self.0, |text| f.write_str(text))
    }
}

impl fmt::Debug for Errno {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Errno({}: {self})", self.0)
    }
}

/// Why an operation failed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Cause {
    /// The system call failed with this number.
    Errno(Errno),
    /// The deadline passed before the operation was done.
    TimedOut,
    /// The operation was cancelled.
    Cancelled,
    /// The resolver failed with this code: an `EAI_` constant of `getaddrinfo(3)`.
    Resolver(i32),
}

impl Cause {
    /// Joins the cause with the operation that it ended.
    #[must_use]
    pub const fn during(self, operation: &'static str) -> Error {
        Error { operation, cause: self }
    }
}

impl From<Errno> for Cause {
    #[inline]
    fn from(errno: Errno) -> Cause {
        Cause::Errno(errno)
    }
}

/// What failed, and why.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Error {
    /// The system call or library function, by its own name: `"connect"`, `"getaddrinfo"`.
    pub operation: &'static str,
    /// Why it failed.
    pub cause: Cause,
}

impl Error {
    /// The time for `operation` has run out.
    #[must_use]
    pub const fn timed_out(operation: &'static str) -> Error {
        Error { operation, cause: Cause::TimedOut }
    }

    /// The error number, where it was a system call that failed.
    #[must_use]
    pub const fn errno(&self) -> Option<Errno> {
        match self.cause {
            Cause::Errno(errno) => Some(errno),
            Cause::TimedOut | Cause::Cancelled | Cause::Resolver(_) => None,
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: ", self.operation)?;
        match self.cause {
            Cause::Errno(errno) => errno.fmt(f),
            Cause::TimedOut => f.write_str("timed out"),
            Cause::Cancelled => f.write_str("cancelled"),
            Cause::Resolver(code) => f.write_str(resolver_text(code)),
        }
    }
}

impl std::error::Error for Error {}

/// The resolver's text for one of its `EAI_` codes (`gai_strerror(3)`).
#[must_use]
pub fn resolver_text(code: i32) -> &'static str {
    sys::resolver_text(code)
}
