//! The sockets crate beside the same system calls made through libc.

use std::os::fd::AsRawFd;
use std::os::unix::net::UnixStream;

use moonwire_bench::{MESSAGE, Way, compare, write_and_read};
use moonwire_sockets::operation::{Receive, Send};
use moonwire_sockets::{Descriptor, Error, Scratch, Timeout, block_on};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let (left, right) = UnixStream::pair()?;
    let (left, right) = (left.as_raw_fd(), right.as_raw_fd());
    let mut scratch = Scratch::new();
    let mut send_and_receive = || -> Result<usize, Error> {
        let timeout = Timeout::from_millis(10_000);
        let send = Send::new(Descriptor::from_number(left), &MESSAGE);
        block_on(send, Timeout::Never, &mut scratch)?;
        block_on(Receive::new(Descriptor::from_number(right), 4096), timeout, &mut scratch)
    };
    compare(
        "send and receive 64 bytes that are there",
        vec![
            Way::each("C", || write_and_read(left, right)),
            Way::each("sockets", || {
                assert_eq!(send_and_receive(), Ok(MESSAGE.len()));
            }),
        ],
    );
    Ok(())
}
