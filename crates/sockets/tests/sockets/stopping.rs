//! Listeners that are stopped, and connections that linger.

use std::time::Duration;

use moonwire_sockets::operation::{
    AcceptUntilStopped, AwaitRequest, Linger, Progress, Read, Send, Stop, Wait,
};
use moonwire_sockets::{
    Address, Errno, Error, Family, Handle, Kind, Operation, ReadBuffer, Scratch, Socket,
    SocketCell, block_on,
};

use crate::support::{SOON, attempt};

fn listener(address: &Address) -> Result<(SocketCell, Address), Error> {
    let family = address.family().ok_or(Errno::AFNOSUPPORT.during("socket"))?;
    let listener = Socket::nonblocking(family, Kind::Stream)?;
    listener.listen_at(address, 8)?;
    let address = listener.descriptor().local_address()?;
    let place = SocketCell::empty();
    place.put(listener, Some(family));
    Ok((place, address))
}

fn on_loopback() -> Result<(SocketCell, Address), Error> {
    listener(&Address::ipv4([127, 0, 0, 1].into(), 0))
}

fn client(address: &Address) -> Result<Socket, Error> {
    let family = address.family().ok_or(Errno::AFNOSUPPORT.during("socket"))?;
    let client = Socket::nonblocking(family, Kind::Stream)?;
    client.begin_connect(address)?;
    Ok(client)
}

#[test]
fn who_was_connected_is_accepted_and_nobody_else() -> Result<(), Error> {
    let name = format!("moonwire stopping {}", std::process::id());
    let abstract_name =
        Address::unix_abstract(name.as_bytes()).map_err(|_| Errno::INVAL.during("bind"))?;
    for (listener, address) in [on_loopback()?, listener(&abstract_name)?] {
        let stop = Stop::default();
        let first = client(&address)?;
        stop.stop(&listener)?;
        stop.stop(&listener)?;
        let late = client(&address);
        if address.family() == Some(Family::Unix) {
            assert_eq!(
                late.map(drop).map_err(|error| error.errno()),
                Err(Some(Errno::CONNREFUSED))
            );
        }
        let accept = AcceptUntilStopped::new(&listener, &stop);
        let (server, _) = block_on(accept, SOON, &mut Scratch::new())?.ok_or_else(missing)?;
        let accept = AcceptUntilStopped::new(&listener, &stop);
        assert!(block_on(accept, SOON, &mut Scratch::new())?.is_none());
        drop((first, server));
    }
    Ok(())
}

fn missing() -> Error {
    Errno::AGAIN.during("accept")
}

#[test]
fn handshakes_are_waited_for() -> Result<(), Error> {
    let (listener, address) = on_loopback()?;
    let descriptor = (&listener).descriptor().map_err(|errno| errno.during("accept"))?;
    assert!(!descriptor.has_handshakes()?);
    // The client does not take the listener's answer, which is a request for a connection too.
    let deaf = Socket::nonblocking(Family::Inet, Kind::Stream)?;
    deaf.descriptor().refuse_connections()?;
    deaf.begin_connect(&address)?;
    assert!(descriptor.has_handshakes()?);
    let stop = Stop::default();
    stop.stop(&listener)?;
    let mut accept = AcceptUntilStopped::new(&listener, &stop);
    assert!(matches!(attempt(&mut accept), Ok(Progress::Waiting)));
    assert!(matches!(accept.waits_for(), Wait::Until(_)));
    Ok(())
}

#[test]
fn what_is_closed_cannot_be_stopped() {
    let stopped = Stop::default().stop(&SocketCell::empty());
    assert_eq!(stopped.map_err(|error| error.errno()), Err(Some(Errno::BADF)));
}

#[test]
fn a_connection_lingers_after_its_first_request() -> Result<(), Error> {
    let [one, other] = Socket::pair(Kind::Stream.number(), 0, false)?;
    let connection = SocketCell::empty();
    connection.put(one, Some(Family::Unix));
    let (buffer, linger) = (ReadBuffer::new(), Linger::default());
    let consume = |length| buffer.consume(length).map_err(|errno| errno.during("read"));
    assert!(!linger.is_last(&connection, &buffer));
    linger.begin(&connection, Duration::ZERO);
    // There has been no request.
    let mut first = AwaitRequest::new(&connection, &buffer, &linger);
    assert!(matches!(attempt(&mut first), Ok(Progress::Waiting)));
    assert!(matches!(first.waits_for(), Wait::Descriptor(..)));
    block_on(Send::new(other.descriptor(), b"xy"), SOON, &mut Scratch::new())?;
    assert!(matches!(attempt(&mut first), Ok(Progress::Done(Read::Whole(1)))));
    assert!(linger.is_last(&connection, &buffer));
    consume(2)?;
    let mut next = AwaitRequest::new(&connection, &buffer, &linger);
    assert!(matches!(attempt(&mut next), Ok(Progress::Done(Read::EndOfStream))));
    linger.begin(&connection, Duration::from_secs(60));
    assert!(matches!(attempt(&mut next), Ok(Progress::Waiting)));
    assert!(matches!(next.waits_for(), Wait::AnyUntil(..)));
    assert!(linger.is_last(&connection, &buffer));
    block_on(Send::new(other.descriptor(), b"z"), SOON, &mut Scratch::new())?;
    assert!(!linger.is_last(&connection, &buffer));
    assert!(matches!(attempt(&mut next), Ok(Progress::Done(Read::Whole(1)))));
    assert!(!linger.is_last(&connection, &buffer));
    Ok(())
}
