//! Single system calls in the socket's own mode.

use std::io::IoSlice;
use std::os::fd::AsRawFd;
use std::time::Duration;

use moonwire_sockets::operation::Progress;
use moonwire_sockets::operation::once::{self, OutgoingMessage};
use moonwire_sockets::options::RECEIVE_TIMEOUT;
use moonwire_sockets::{
    Address, AddressInfo, Descriptor, Errno, Error, Kind, Operation, Scratch, Socket, SocketCell,
    Timeout, block_on,
};

use crate::support::{BRIEFLY, attempt, connection, listeners, takes};

fn run<O: Operation>(operation: O) -> Result<(O::Output, Vec<u8>), Error> {
    let mut scratch = Scratch::new();
    let output = block_on(operation, Timeout::Never, &mut scratch)?;
    Ok((output, scratch.filled().to_vec()))
}

fn pair(nonblocking: bool) -> [Socket; 2] {
    Socket::pair(Kind::Stream.number(), 0, nonblocking).expect("a pair")
}

fn errno<T>(result: Result<T, Error>) -> Option<Errno> {
    result.err().and_then(|error| error.errno())
}

#[test]
fn a_nonblocking_socket_ends_with_an_error_whoever_drives() {
    let [_left, right] = pair(true);
    assert_eq!(errno(run(once::receive(right.descriptor(), 10, 1, 0))), Some(Errno::AGAIN));
    let mut receive = once::receive(right.descriptor(), 10, 1, 0);
    assert_eq!(errno(attempt(&mut receive)), Some(Errno::AGAIN));
}

#[test]
fn a_blocking_socket_waits_as_the_driver_decides() {
    let [left, right] = pair(false);
    let mut receive = once::receive(right.descriptor(), 10, 1, 0);
    assert_eq!(attempt(&mut receive), Ok(Progress::Waiting));
    run(once::send(left.descriptor(), b"abc", None, 0)).expect("sent");
    assert_eq!(attempt(&mut receive), Ok(Progress::Done(3)));
}

#[test]
fn what_tcp_throws_away_counts_as_zeroes() {
    let listener = &listeners()[0];
    let (client, server) = connection(listener).expect("a connection");
    for flags in [libc::MSG_TRUNC, libc::MSG_TRUNC | libc::MSG_PEEK] {
        run(once::send(client.descriptor(), b"secret", None, 0)).expect("sent");
        let (length, bytes) =
            run(once::receive(server.descriptor(), 6, 1, flags)).expect("they have come");
        assert_eq!((length, bytes), (6, vec![0; 6]));
    }
}

#[test]
fn a_socket_that_is_closed_meanwhile_is_not_touched_again() {
    let [_left, right] = pair(false);
    let place = SocketCell::empty();
    place.put(right, None);
    let mut receive = once::receive(&place, 10, 1, 0);
    assert_eq!(attempt(&mut receive), Ok(Progress::Waiting));
    place.close();
    let [_other, _same_number] = pair(false);
    assert_eq!(errno(attempt(&mut receive)), Some(Errno::BADF));
}

#[test]
fn a_call_that_must_not_wait_never_does() {
    let [_left, right] = pair(false);
    let mut receive = once::receive(right.descriptor(), 10, 1, libc::MSG_DONTWAIT);
    assert_eq!(errno(attempt(&mut receive)), Some(Errno::AGAIN));
}

#[test]
fn the_sockets_own_time_out_counts() {
    let [_left, right] = pair(false);
    right.descriptor().set_option(&RECEIVE_TIMEOUT, BRIEFLY).expect("set");
    let result = takes(BRIEFLY - Duration::from_millis(5), || {
        run(once::receive(right.descriptor(), 10, 1, 0))
    });
    assert_eq!(errno(result), Some(Errno::AGAIN));
}

#[test]
fn an_attempt_to_accept_leaves_the_mode_as_it_is() {
    for listener in listeners() {
        let mut accept = once::accept(listener.descriptor(), false);
        assert!(matches!(attempt(&mut accept), Ok(Progress::Waiting)));
        assert_eq!(listener.descriptor().is_nonblocking(), Ok(false));
    }
}

#[test]
fn connects_without_waiting() {
    for listener in listeners() {
        let address = listener.descriptor().local_address().expect("an address");
        let kind = Kind::Stream.number();
        let info = AddressInfo { address, kind, protocol: 0, canonical_name: None };
        let client = Socket::for_address(&info, false).expect("a socket");
        let mut connect = once::connect(client.descriptor(), address);
        while attempt(&mut connect) == Ok(Progress::Waiting) {}
        assert_eq!(client.descriptor().peer_address(), Ok(address));
        assert_eq!(client.descriptor().is_nonblocking(), Ok(false));
    }
}

#[test]
fn gathers_pieces_and_passes_descriptors() {
    let [left, right] = pair(false);
    let message = OutgoingMessage {
        pieces: vec![IoSlice::new(b"gathered"), IoSlice::new(b" data")],
        descriptors: vec![left.descriptor(), right.descriptor()],
        ..OutgoingMessage::default()
    };
    assert_eq!(run(once::send_message(left.descriptor(), message, 0)).expect("sent").0, 13);
    let receive = once::receive_message(right.descriptor(), 100, 100, 1, 0);
    let (message, bytes) = run(receive).expect("received");
    assert_eq!(bytes, b"gathered data");
    assert_eq!((message.length, message.flags), (13, 0));
    assert_eq!(message.descriptors.len(), 2);
    for descriptor in &message.descriptors {
        let descriptor = Descriptor::from_number(descriptor.as_raw_fd());
        assert_eq!(descriptor.is_close_on_exec(), Ok(true));
    }
}

#[test]
fn room_for_one_descriptor_takes_one() {
    let [left, right] = pair(false);
    let message = OutgoingMessage {
        pieces: vec![IoSlice::new(b"x")],
        descriptors: vec![left.descriptor(); 3],
        ..OutgoingMessage::default()
    };
    run(once::send_message(left.descriptor(), message, 0)).expect("sent");
    let room = once::ROOM_FOR_ONE_DESCRIPTOR;
    let (message, _) =
        run(once::receive_message(right.descriptor(), 1, room, 1, 0)).expect("received");
    assert_eq!(message.descriptors.len(), 1);
    assert!(message.is_control_truncated());
    assert!(!message.is_truncated());
}

#[test]
fn a_message_longer_than_the_room_is_cut() {
    let [left, right] = Socket::pair(libc::SOCK_DGRAM, 0, false).expect("a pair");
    run(once::send(left.descriptor(), b"abcdef", None, 0)).expect("sent");
    let (message, bytes) =
        run(once::receive_message(right.descriptor(), 3, 0, 1, 0)).expect("received");
    assert_eq!(bytes, b"abc");
    assert!(message.is_truncated());
}

#[test]
fn sends_a_file_from_an_offset_and_from_where_it_stands() {
    let [left, right] = pair(false);
    let path = std::env::temp_dir().join(format!("moonwire-test-file-{}", std::process::id()));
    std::fs::write(&path, b"0123456789").expect("written");
    let file = std::fs::File::open(&path).expect("opened");
    std::fs::remove_file(&path).expect("removed");
    let number = Descriptor::from_number(file.as_raw_fd());
    for (offset, length, expected) in
        [(Some(8), 10, &b"89"[..]), (None, 4, b"0123"), (Some(2), 2, b"23"), (None, 3, b"456")]
    {
        let send = once::send_file(left.descriptor(), number, offset, length);
        assert_eq!(run(send).expect("sent").0, expected.len());
        let receive = once::receive(right.descriptor(), 100, 1, 0);
        assert_eq!(run(receive).expect("received").1, expected);
    }
    assert_eq!(run(once::send_file(left.descriptor(), number, Some(10), 1)).expect("sent").0, 0);
    drop(right);
    let send = once::send_file(left.descriptor(), number, Some(0), 1);
    assert_eq!(errno(run(send)), Some(Errno::PIPE));
}

#[test]
fn a_sender_without_an_address_has_no_bytes() {
    for listener in listeners() {
        let (client, server) = connection(&listener).expect("a connection");
        run(once::send(client.descriptor(), b"x", None, 0)).expect("sent");
        let receive = once::receive_from(server.descriptor(), 10, 1, 0);
        let ((length, sender), _) = run(receive).expect("received");
        assert_eq!(length, 1);
        assert_eq!(sender.as_bytes(), Address::unnamed().as_bytes());
    }
}
