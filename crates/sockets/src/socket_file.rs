//! The files of unix listeners.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use crate::{Address, UnixName};

/// The file that binding a unix socket has made. Dropping this value removes the file, unless another file has
/// taken its place.
#[derive(Debug)]
pub struct SocketFile {
    path: PathBuf,
    identity: (u64, u64),
}

/// What identifies a file: its device and its inode.
fn identity(path: &Path) -> Option<(u64, u64)> {
    let metadata = fs::symlink_metadata(path).ok()?;
    Some((metadata.dev(), metadata.ino()))
}

impl SocketFile {
    /// The file that has just been made for `address`; `None` where that is no path.
    #[must_use]
    pub fn made_for(address: &Address) -> Option<SocketFile> {
        let UnixName::Path(path) = address.unix_name_bytes()? else {
            return None;
        };
        let path = PathBuf::from(OsStr::from_bytes(path));
        let identity = identity(&path)?;
        Some(SocketFile { path, identity })
    }
}

impl Drop for SocketFile {
    fn drop(&mut self) {
        if identity(&self.path) == Some(self.identity) {
            // A file that cannot be removed stays, as after `close(2)`.
            let _ = fs::remove_file(&self.path);
        }
    }
}
