//! Time-outs that the kernel keeps for a socket that is ours.

use std::io::Write;
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::thread;
use std::time::Duration;

use crate::support::{SOON, listeners, takes};
use moonwire_sockets::operation::{Accept, Connect, Read, ReadRecord, Receive};
use moonwire_sockets::{
    Error, Family, Kind, ReadBuffer, Scratch, Socket, SocketCell, Timeout, block_on,
};

fn pair() -> (SocketCell, UnixStream) {
    let (own, peer) = UnixStream::pair().expect("a pair of sockets");
    let socket = SocketCell::empty();
    socket.put(Socket::from(OwnedFd::from(own)), Some(Family::Unix));
    (socket, peer)
}

#[test]
fn each_call_takes_the_time_that_it_is_given() {
    let (socket, _peer) = pair();
    for milliseconds in [150, 150, 5, 300, 0, 120] {
        let time = Duration::from_millis(milliseconds);
        let receive = Receive::new(&socket, 10);
        let result = takes(time, || block_on(receive, Timeout::After(time), &mut Scratch::new()));
        assert_eq!(result, Err(Error::timed_out("read")));
    }
}

#[test]
fn a_time_out_that_is_taken_back_does_not_come_back() {
    let (socket, mut peer) = pair();
    let first = Receive::new(&socket, 10);
    let timeout = Timeout::After(Duration::from_millis(110));
    assert!(block_on(first, timeout, &mut Scratch::new()).is_err());
    let writer = thread::spawn(move || {
        thread::sleep(Duration::from_millis(300));
        peer.write_all(b"late").map(|()| peer)
    });
    let second = Receive::new(&socket, 10);
    assert_eq!(block_on(second, Timeout::Never, &mut Scratch::new()), Ok(4));
    drop(writer.join());
}

#[test]
fn bytes_that_drip_in_do_not_make_it_longer() {
    let (socket, mut peer) = pair();
    let writer = thread::spawn(move || {
        while peer.write_all(b"x").is_ok() {
            thread::sleep(Duration::from_millis(20));
        }
    });
    let buffer = ReadBuffer::new();
    for length in [1 << 10, 1 << 20] {
        let time = Duration::from_millis(200);
        let read = ReadRecord::exactly(&socket, &buffer, length);
        let result = takes(time, || block_on(read, Timeout::After(time), &mut Scratch::new()));
        assert_eq!(result, Err(Error::timed_out("read")));
    }
    assert!(buffer.len() > 5);
    let read = ReadRecord::exactly(&socket, &buffer, buffer.len() + 1);
    assert!(matches!(block_on(read, SOON, &mut Scratch::new()), Ok(Read::Whole(_))));
    socket.close();
    drop(writer.join());
}

#[test]
fn what_a_listener_was_told_does_not_end_its_connections() -> Result<(), Error> {
    for listener in listeners() {
        let address = listener.descriptor().local_address()?;
        let place = SocketCell::empty();
        place.put(listener, address.family());
        let briefly = Timeout::After(Duration::from_millis(110));
        assert!(block_on(Accept::new(&place), briefly, &mut Scratch::new()).is_err());
        let connect = Connect::new(vec![address], Kind::Stream);
        let (_client, _) = block_on(connect, SOON, &mut Scratch::new())?;
        let (server, _) = block_on(Accept::new(&place), SOON, &mut Scratch::new())?;
        let server = SocketCell::accepted(server, address.family(), &place);
        for milliseconds in [250, 250] {
            let time = Duration::from_millis(milliseconds);
            let receive = Receive::new(&server, 10);
            let result =
                takes(time, || block_on(receive, Timeout::After(time), &mut Scratch::new()));
            assert_eq!(result, Err(Error::timed_out("read")));
        }
    }
    Ok(())
}
