//! Accepting, connecting, sending and receiving over TCP and unix.

use std::io::{PipeReader, PipeWriter, Write, pipe};
use std::os::fd::AsRawFd;

use crate::support::{BRIEFLY, SOON, attempt, connection, listeners, takes};
use moonwire_sockets::operation::{Accept, Connect, Progress, Receive, Send};
use moonwire_sockets::{
    Address, Cause, Descriptor, Errno, Error, Kind, Scratch, Socket, Timeout, block_on,
};
use nix::fcntl::OFlag;

#[test]
fn bytes_arrive_as_they_were_sent() -> Result<(), Error> {
    let mut scratch = Scratch::new();
    for listener in listeners() {
        let (client, server) = connection(&listener)?;
        let sent = block_on(Send::new(client.descriptor(), b"a\0b"), SOON, &mut scratch)?;
        let received = block_on(Receive::new(server.descriptor(), 100), SOON, &mut scratch)?;
        assert_eq!((sent, received, scratch.filled()), (3, 3, &b"a\0b"[..]));
    }
    Ok(())
}

#[test]
fn a_receive_takes_no_more_than_its_limit_whatever_the_size() -> Result<(), Error> {
    let mut scratch = Scratch::new();
    for listener in listeners() {
        let (client, server) = connection(&listener)?;
        for limit in [1, 8192, 8193, 100_000] {
            let bytes: Vec<u8> = (0..=255).cycle().take(limit + 1).collect();
            let mut sent = 0;
            while sent < bytes.len() {
                sent +=
                    block_on(Send::new(client.descriptor(), &bytes[sent..]), SOON, &mut scratch)?;
            }
            let mut received = Vec::new();
            while received.len() < bytes.len() {
                let receive = Receive::new(server.descriptor(), limit);
                assert!(block_on(receive, SOON, &mut scratch)? <= limit);
                received.extend_from_slice(scratch.filled());
            }
            assert!(received == bytes, "limit {limit}");
        }
    }
    Ok(())
}

#[test]
fn the_end_of_a_stream_is_a_receive_of_nothing() -> Result<(), Error> {
    for listener in listeners() {
        let (client, server) = connection(&listener)?;
        drop(client);
        let receive = Receive::new(server.descriptor(), 100);
        assert_eq!(block_on(receive, SOON, &mut Scratch::new()), Ok(0));
    }
    Ok(())
}

#[test]
fn a_receive_ends_when_its_time_is_over() -> Result<(), Error> {
    for listener in listeners() {
        let (_client, server) = connection(&listener)?;
        let receive = || Receive::new(server.descriptor(), 100);
        let error =
            takes(BRIEFLY, || block_on(receive(), Timeout::After(BRIEFLY), &mut Scratch::new()));
        assert_eq!(error, Err(Error::timed_out("read")));
        let error = block_on(receive(), Timeout::from_millis(0), &mut Scratch::new());
        assert_eq!(error.map_err(|error| error.cause), Err(Cause::TimedOut));
    }
    Ok(())
}

#[test]
fn attempts_without_patience_never_wait() -> Result<(), Error> {
    for listener in listeners() {
        assert!(matches!(attempt(&mut Accept::new(listener.descriptor())), Ok(Progress::Waiting)));
        let (client, server) = connection(&listener)?;
        let mut receive = Receive::new(server.descriptor(), 100);
        assert_eq!(attempt(&mut receive), Ok(Progress::Waiting));
        let bytes = vec![0; 1 << 20];
        let mut send = Send::new(client.descriptor(), &bytes);
        while let Progress::Done(length) = attempt(&mut send)? {
            assert!(length > 0);
        }
    }
    Ok(())
}

#[test]
fn a_send_waits_for_room() -> Result<(), Error> {
    for listener in listeners() {
        let (client, server) = connection(&listener)?;
        let bytes = vec![0; 1 << 20];
        while attempt(&mut Send::new(client.descriptor(), &bytes))? != Progress::Waiting {}
        let send = || Send::new(client.descriptor(), &bytes);
        let error = block_on(send(), Timeout::After(BRIEFLY), &mut Scratch::new());
        assert_eq!(error, Err(Error::timed_out("write")));
        std::thread::scope(|scope| {
            let sender = scope.spawn(|| block_on(send(), SOON, &mut Scratch::new()));
            while !sender.is_finished() {
                attempt(&mut Receive::new(server.descriptor(), 1 << 20))?;
            }
            assert!(sender.join().is_ok_and(|sent| sent.is_ok_and(|length| length > 0)));
            Ok(())
        })?;
    }
    Ok(())
}

#[test]
fn a_send_to_a_peer_that_is_gone_fails_without_a_signal() -> Result<(), Error> {
    for listener in listeners() {
        let (client, server) = connection(&listener)?;
        drop(server);
        let error = loop {
            if let Err(error) =
                block_on(Send::new(client.descriptor(), b"x"), SOON, &mut Scratch::new())
            {
                break error;
            }
        };
        let gone = [Errno(nix::libc::EPIPE), Errno(nix::libc::ECONNRESET)];
        assert!(error.errno().is_some_and(|errno| gone.contains(&errno)), "{error}");
    }
    Ok(())
}

#[test]
fn descriptors_that_are_no_sockets_are_read_and_written() -> std::io::Result<()> {
    let (reader, mut writer): (PipeReader, PipeWriter) = pipe()?;
    let number = |descriptor: &dyn AsRawFd| Descriptor::from_number(descriptor.as_raw_fd());
    let mut scratch = Scratch::new();
    let mut receive = Receive::new(number(&reader), 100);
    assert_eq!(attempt(&mut receive), Ok(Progress::Waiting));
    writer.write_all(b"through a pipe")?;
    assert_eq!(attempt(&mut receive), Ok(Progress::Done(14)));

    let bytes = vec![7; 1 << 20];
    let mut sent = 0;
    while let Ok(Progress::Done(length)) = attempt(&mut Send::new(number(&writer), &bytes)) {
        sent += length;
    }
    let received = block_on(Receive::new(number(&reader), sent), SOON, &mut scratch);
    assert_eq!(received, Ok(sent));

    // That this raises no SIGPIPE is a spec's: here std has the signal ignored.
    drop(reader);
    let broken = block_on(Send::new(number(&writer), b"x"), SOON, &mut scratch);
    assert_eq!(broken, Err(Errno(nix::libc::EPIPE).during("write")));
    Ok(())
}

#[test]
fn a_connect_goes_on_to_the_next_address_and_reports_the_last() -> Result<(), Error> {
    let listening = Socket::listen_on(&Address::ipv4([127, 0, 0, 1].into(), 0), 8)?;
    let address = listening.descriptor().local_address()?;
    // Bound and not listening: connections are refused for as long as the socket lives.
    let silent = Socket::new(moonwire_sockets::Family::Inet, Kind::Stream)?;
    silent.bind(&Address::ipv4([127, 0, 0, 1].into(), 0))?;
    let refusing = silent.descriptor().local_address()?;

    for timeout in [Timeout::Never, SOON] {
        let connect = Connect::new(vec![refusing, address], Kind::Stream);
        let (socket, reached) = block_on(connect, timeout, &mut Scratch::new())?;
        assert_eq!((reached, socket.descriptor().peer_address()), (address, Ok(address)));
        let connect = Connect::new(vec![refusing, refusing], Kind::Stream);
        let error = block_on(connect, timeout, &mut Scratch::new()).map(drop);
        assert_eq!(error, Err(Errno(nix::libc::ECONNREFUSED).during("connect")));
    }
    let nowhere = block_on(Connect::new(Vec::new(), Kind::Stream), SOON, &mut Scratch::new());
    assert_eq!(nowhere.map(drop), Err(Errno::INVAL.during("connect")));
    Ok(())
}

#[test]
fn a_connect_waits_for_room_in_the_backlog_until_its_time_is_over() -> Result<(), Error> {
    let name = format!("moonwire-backlog-{}", std::process::id());
    let Ok(address) = Address::unix_abstract(name.as_bytes()) else { unreachable!() };
    let listener = Socket::listen_on(&address, 0)?;
    let connect = || Connect::new(vec![address], Kind::Stream);
    let mut waiting = Vec::new();
    while let Progress::Done(connection) = attempt(&mut connect())? {
        waiting.push(connection);
    }
    let error =
        takes(BRIEFLY, || block_on(connect(), Timeout::After(BRIEFLY), &mut Scratch::new()));
    assert_eq!(error.map(drop), Err(Error::timed_out("connect")));
    block_on(Accept::new(listener.descriptor()), SOON, &mut Scratch::new())?;
    assert!(block_on(connect(), SOON, &mut Scratch::new()).is_ok());
    Ok(())
}

#[test]
fn sockets_are_close_on_exec_and_block() -> Result<(), Box<dyn std::error::Error>> {
    let address = Address::ipv4([127, 0, 0, 1].into(), 0);
    let listener = Socket::listen_on(&address, 8)?;
    let address = listener.descriptor().local_address()?;
    let mut sockets = Vec::new();
    for timeout in [Timeout::Never, SOON] {
        let connect = Connect::new(vec![address], Kind::Stream);
        sockets.push(block_on(connect, timeout, &mut Scratch::new())?.0);
        sockets.push(block_on(Accept::new(listener.descriptor()), timeout, &mut Scratch::new())?.0);
    }
    sockets.push(listener);
    for socket in sockets {
        let number = socket.descriptor().number();
        let info = std::fs::read_to_string(format!("/proc/self/fdinfo/{number}"))?;
        let flags = info.lines().find_map(|line| line.strip_prefix("flags:")).expect("flags");
        let flags = OFlag::from_bits_retain(i32::from_str_radix(flags.trim(), 8)?);
        assert!(flags.contains(OFlag::O_CLOEXEC), "{socket:?}");
        assert!(!flags.contains(OFlag::O_NONBLOCK), "{socket:?}");
    }
    Ok(())
}

#[test]
fn an_accept_ends_when_its_time_is_over() {
    for listener in listeners() {
        let accept = Accept::new(listener.descriptor());
        let error = takes(BRIEFLY, || {
            block_on(accept, Timeout::After(BRIEFLY), &mut Scratch::new()).map(drop)
        });
        assert_eq!(error, Err(Error::timed_out("accept")));
    }
}

#[test]
fn a_descriptor_that_is_not_open_fails_with_ebadf() {
    let mut scratch = Scratch::new();
    for number in [-1, i32::MIN, i32::MAX] {
        let descriptor = Descriptor::from_number(number);
        let bad = |operation| Errno::BADF.during(operation);
        assert_eq!(block_on(Receive::new(descriptor, 1), SOON, &mut scratch), Err(bad("read")));
        assert_eq!(block_on(Send::new(descriptor, b"x"), SOON, &mut scratch), Err(bad("write")));
        for timeout in [Timeout::Never, SOON] {
            let accepted = block_on(Accept::new(descriptor), timeout, &mut scratch).map(drop);
            assert_eq!(accepted, Err(bad("accept")));
        }
        assert_eq!(descriptor.close(), Err(bad("close")));
        assert_eq!(descriptor.local_address(), Err(bad("getsockname")));
    }
}
