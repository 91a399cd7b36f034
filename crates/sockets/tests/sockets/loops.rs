//! Descriptors and the reactors that they belong to.

use std::io::Write;
use std::os::fd::{AsRawFd, OwnedFd};
use std::os::unix::net::UnixStream;
use std::time::Duration;

use moonwire_sockets::operation::Wait;
use moonwire_sockets::{Descriptor, Errno, Interest, Reactor, Socket, Waiter, Wake};
use nix::unistd::dup2;

fn wait(reactor: &Reactor, socket: &Socket) -> Result<(), Errno> {
    reactor.wait(Waiter(0), Wait::Descriptor(socket.descriptor(), Interest::Readable), None)
}

#[test]
fn another_reactor_is_refused_until_the_first_is_gone() {
    let [socket, _peer] = Socket::pair(libc::SOCK_STREAM, 0, false).expect("a pair");
    let first = Reactor::new().expect("a reactor");
    let second = Reactor::new().expect("a reactor");
    assert_eq!(wait(&first, &socket), Ok(()));
    assert_eq!(wait(&second, &socket), Err(Errno::BUSY));
    drop(first);
    assert_eq!(wait(&second, &socket), Ok(()));
}

#[test]
fn a_reactor_in_another_thread_is_refused_as_well() {
    let [socket, _peer] = Socket::pair(libc::SOCK_STREAM, 0, false).expect("a pair");
    let reactor = Reactor::new().expect("a reactor");
    assert_eq!(wait(&reactor, &socket), Ok(()));
    std::thread::scope(|scope| {
        let other = scope.spawn(|| wait(&Reactor::new().expect("a reactor"), &socket));
        assert_eq!(other.join().expect("it does not panic"), Err(Errno::BUSY));
    });
}

#[test]
fn a_number_behind_which_there_is_another_socket_belongs_to_nobody() {
    let (first_stream, _peer) = UnixStream::pair().expect("a pair");
    let (other_stream, _other_peer) = UnixStream::pair().expect("a pair");
    let mut slot = OwnedFd::from(first_stream);
    let descriptor = Descriptor::from_number(slot.as_raw_fd());
    let wait = |reactor: &Reactor| {
        reactor.wait(Waiter(0), Wait::Descriptor(descriptor, Interest::Readable), None)
    };
    let first = Reactor::new().expect("a reactor");
    assert_eq!(wait(&first), Ok(()));
    // Behind everybody's back.
    dup2(other_stream, &mut slot).expect("both are open");
    let second = Reactor::new().expect("a reactor");
    assert_eq!(wait(&second), Ok(()));
}

#[test]
fn another_descriptor_behind_a_mere_number_is_noticed() {
    let (first, _peer) = UnixStream::pair().expect("a pair");
    let (other, mut other_peer) = UnixStream::pair().expect("a pair");
    let mut slot = OwnedFd::from(first);
    let descriptor = Descriptor::from_number(slot.as_raw_fd());
    let reactor = Reactor::new().expect("a reactor");
    let wait = || reactor.wait(Waiter(0), Wait::Unowned(descriptor, Interest::Readable), None);
    assert_eq!(wait(), Ok(()));
    reactor.forget(Waiter(0));
    dup2(other, &mut slot).expect("both are open");
    assert_eq!(wait(), Ok(()));
    other_peer.write_all(b"hello").expect("there is room");
    let mut woken = Vec::new();
    // What was known of the first may wake nobody before that.
    for _ in 0..3 {
        if woken.is_empty() {
            reactor.turn(Some(Duration::from_secs(5)), &mut woken).expect("it waits");
        }
    }
    assert_eq!(woken, [(Waiter(0), Wake::Ready)]);
}

/// A reactor whose owner moves from thread to thread, as a Lua state may that a program embeds.
struct Moved(Reactor);

// SAFETY: the thread that it has left does not use it any more.
unsafe impl Send for Moved {}

#[test]
fn a_reactor_that_has_moved_hears_of_what_is_closed_where_it_is() {
    let [here, _peer] = Socket::pair(libc::SOCK_STREAM, 0, false).expect("a pair");
    let [there, _other_peer] = Socket::pair(libc::SOCK_STREAM, 0, false).expect("a pair");
    let moved = Moved(Reactor::new().expect("a reactor"));
    let list = [(0, &here), (1, &there)];
    for (number, socket) in list {
        let wait = Wait::Descriptor(socket.descriptor(), Interest::Readable);
        assert_eq!(moved.0.wait(Waiter(number), wait, None), Ok(()));
    }
    let (moved, there) = std::thread::scope(|scope| {
        let other = scope.spawn(move || {
            let moved = moved;
            moved.0.adopt_thread();
            (moved, there)
        });
        other.join().expect("it does not panic")
    });
    // That is not where it is.
    drop(here);
    let mut woken = Vec::new();
    std::thread::scope(|scope| {
        let other = scope.spawn(move || {
            let moved = moved;
            moved.0.adopt_thread();
            drop(there);
            moved.0.turn(Some(Duration::ZERO), &mut woken).expect("it waits");
            woken
        });
        assert_eq!(other.join().expect("it does not panic"), [(Waiter(1), Wake::Closed)]);
    });
}
