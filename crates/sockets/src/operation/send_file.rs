//! Sending files.

use std::ffi::OsStr;
use std::fs::{File, OpenOptions};
use std::os::fd::AsRawFd;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::OpenOptionsExt;

use super::patience::{Blocking, FirstStep, without_waiting};
use super::{EventLoop, Operation, Patience, Progress, Sent, Wait, waits_for};
use crate::{Descriptor, Errno, Error, Handle, Interest, Scratch, sys};

/// The most that one system call sends (`sendfile(2)`).
pub(super) const MOST_AT_ONCE: u64 = 0x7fff_f000;

/// Sends a file, or a part of it, to the peer of a stream, `sendfile(2)`. The bytes are not copied into this
/// process, and the call never raises `SIGPIPE`.
#[derive(Debug)]
pub struct SendFile<H> {
    handle: H,
    file: File,
    /// The position of the next byte; `None` for the file's own position, which the kernel moves.
    offset: Option<u64>,
    left: u64,
    sent: u64,
}

/// Opens a file to be sent.
///
/// # Errors
/// That of `open(2)`; `EISDIR` for a directory.
pub fn open_file(path: &[u8]) -> Result<File, Error> {
    let open = || -> Result<File, Errno> {
        // Opening a pipe without a writer must not wait.
        let flags = libc::O_NONBLOCK | libc::O_CLOEXEC;
        let file =
            OpenOptions::new().read(true).custom_flags(flags).open(OsStr::from_bytes(path))?;
        match file.metadata()?.is_dir() {
            true => Err(Errno(libc::EISDIR)),
            false => Ok(file),
        }
    };
    open().map_err(|errno| errno.during("open"))
}

/// Duplicates the descriptor of an open file, `dup(2)`. The caller can close the first one.
///
/// # Errors
/// That of the system call.
pub fn duplicate_file(file: Descriptor) -> Result<File, Error> {
    sys::duplicate(file).map(File::from).map_err(|errno| errno.during("dup"))
}

impl<H: Handle> SendFile<H> {
    /// Sends `count` bytes of `file`, or fewer where the file ends, from `offset` or else from the
    /// file's own position.
    #[must_use]
    pub const fn new(handle: H, file: File, offset: Option<u64>, count: u64) -> Self {
        SendFile { handle, file, offset, left: count, sent: 0 }
    }

    fn advance(&mut self, length: usize) {
        let length = length as u64;
        self.sent += length;
        self.left -= length.min(self.left);
        self.offset = self.offset.map(|offset| offset + length);
    }
}

impl<H: Handle> Operation for SendFile<H> {
    const NAME: &'static str = "sendfile";
    type Output = Sent;

    fn attempt(
        &mut self,
        scratch: &mut Scratch,
        mut patience: Patience<'_, impl EventLoop>,
    ) -> Result<Progress<Sent>, Error> {
        let file = Descriptor::from_number(self.file.as_raw_fd());
        while self.left > 0 {
            let length = self.left.min(MOST_AT_ONCE) as usize;
            let sent = i64::try_from(self.offset.unwrap_or(0)).map_err(|_| Errno::INVAL).and_then(
                |offset| {
                    let offset = self.offset.map(|_| offset);
                    let (handle, first) = (&self.handle, FirstStep::SetTimeout);
                    patience.call(handle, Interest::Writable, first, |to, blocking| {
                        let send = || sys::send_file(to, file, offset, length);
                        match blocking {
                            Blocking::Yes => send(),
                            Blocking::No => without_waiting(to, send),
                        }
                    })
                },
            );
            match sent {
                Ok(Some(0)) => break,
                Ok(Some(length)) => self.advance(length),
                Ok(None) => return Ok(Progress::Waiting),
                Err(errno) => {
                    return self.end_early(scratch, errno.during(Self::NAME)).map(Progress::Done);
                }
            }
        }
        Ok(Progress::Done(Sent { length: self.sent as usize, end: Ok(()) }))
    }

    fn waits_for(&self) -> Wait<'_> {
        waits_for(&self.handle, Interest::Writable)
    }

    fn end_early(&mut self, _: &mut Scratch, error: Error) -> Result<Sent, Error> {
        Ok(Sent { length: self.sent as usize, end: Err(error) })
    }
}
