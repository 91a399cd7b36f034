//! Filters of the segments that a socket receives.

use super::check;
use crate::{Descriptor, Errno};

/// The byte of a TCP header that holds the flags (RFC 9293, 3.1), and the flag of a segment that asks for a
/// connection.
const FLAGS: u32 = 13;
const SYN: u32 = 2;

/// Lets a TCP socket receive no segment that asks for a connection, `SO_ATTACH_FILTER` of `socket(7)`. The
/// kernel runs the program on each segment from its TCP header on, and drops those for which it returns 0.
pub(crate) fn drop_connection_requests(descriptor: Descriptor) -> Result<(), Errno> {
    let instruction = |code: u32, jt, jf, k| libc::sock_filter { code: code as u16, jt, jf, k };
    let mut program = [
        instruction(libc::BPF_LD | libc::BPF_B | libc::BPF_ABS, 0, 0, FLAGS),
        instruction(libc::BPF_JMP | libc::BPF_JSET | libc::BPF_K, 0, 1, SYN),
        instruction(libc::BPF_RET | libc::BPF_K, 0, 0, 0),
        instruction(libc::BPF_RET | libc::BPF_K, 0, 0, u32::MAX),
    ];
    let filter =
        libc::sock_fprog { len: program.len() as libc::c_ushort, filter: program.as_mut_ptr() };
    // SAFETY: the option's value is such a structure, which the kernel reads, as it does the program, of
    // which the structure has the length.
    let result = unsafe {
        libc::setsockopt(
            descriptor.number(),
            libc::SOL_SOCKET,
            libc::SO_ATTACH_FILTER,
            (&raw const filter).cast(),
            size_of::<libc::sock_fprog>() as libc::socklen_t,
        )
    };
    check(result).map(drop)
}
