//! Constants that POSIX does not define, for the files outside of this folder.
//!
//! The tables of names that programs use (`constants.rs`, `errno_names.rs`, `options/`, `signals.rs`) are the
//! system's own and name them directly.

pub(crate) use libc::{
    EHOSTDOWN, ENONET, MCAST_BLOCK_SOURCE, MCAST_JOIN_GROUP, MCAST_JOIN_SOURCE_GROUP,
    MCAST_LEAVE_GROUP, MCAST_LEAVE_SOURCE_GROUP, MCAST_UNBLOCK_SOURCE, MSG_DONTWAIT, MSG_ERRQUEUE,
    POLLRDHUP, SCM_CREDENTIALS, SOL_UDP, UDP_GRO, UDP_SEGMENT,
};
