//! Sockets of numbers that a program gives: nothing promises that a descriptor is behind them.

use moonwire_sockets::{Descriptor, Errno, Reactor, Socket};
use nix::fcntl::{FcntlArg, fcntl};

/// A number that is not open, also while other tests open descriptors: they get the lowest free numbers.
const NOT_OPEN: i32 = 1_000_000;

#[test]
fn a_number_that_is_not_open_can_be_given() {
    // A reactor hears of the descriptors of its thread.
    let _reactor = Reactor::new().expect("a reactor");
    for number in [-1, i32::MIN, NOT_OPEN, i32::MAX] {
        let socket = Socket::from_descriptor(Descriptor::from_number(number));
        assert_eq!(socket.descriptor().number(), number);
        assert_eq!(socket.listen(1), Err(Errno::BADF.during("listen")));
        assert_eq!(socket.close(), Err(Errno::BADF.during("close")));
        drop(Socket::from_descriptor(Descriptor::from_number(number)));
    }
}

#[test]
fn the_second_socket_of_a_number_closes_nothing() {
    // No other test gets so high a number when the first socket has closed it.
    let copy = fcntl(std::io::stderr(), FcntlArg::F_DUPFD_CLOEXEC(900)).expect("a copy");
    let sockets = [copy; 2].map(|number| Socket::from_descriptor(Descriptor::from_number(number)));
    let closed = sockets.map(Socket::close);
    assert_eq!(closed, [Ok(()), Err(Errno::BADF.during("close"))]);
}
