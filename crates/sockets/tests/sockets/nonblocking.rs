//! Sockets in non-blocking mode.

use moonwire_sockets::operation::{Accept, Poll, Progress, Receive};
use moonwire_sockets::options::PENDING_ERROR;
use moonwire_sockets::{
    Cause, Errno, Error, Family, Kind, PollEntry, Scratch, Socket, Timeout, block_on, events,
};

use crate::support::{SOON, attempt, listeners};

/// A listener like the one given, in non-blocking mode.
fn nonblocking(listener: Socket) -> Result<Socket, Error> {
    let address = listener.descriptor().local_address()?;
    drop(listener);
    let socket = Socket::nonblocking(address.family().unwrap_or(Family::Unix), Kind::Stream)?;
    socket.listen_at(&address, 8)?;
    Ok(socket)
}

fn becomes(socket: &Socket, wanted: i16) -> Result<i16, Error> {
    let poll = Poll::new(vec![PollEntry::new(socket.descriptor(), wanted)]);
    block_on(poll, SOON, &mut Scratch::new()).map(|(entries, _)| entries[0].returned)
}

#[test]
fn connections_are_begun_and_accepted_without_waiting() -> Result<(), Error> {
    for listener in listeners() {
        let listener = nonblocking(listener)?;
        let address = listener.descriptor().local_address()?;
        let mut accept = Accept::nonblocking(listener.descriptor());
        assert!(matches!(attempt(&mut accept), Ok(Progress::Waiting)), "{address:?}");

        let kind = Kind::Stream;
        let client = Socket::nonblocking(address.family().unwrap_or(Family::Unix), kind)?;
        client.begin_connect(&address)?;
        assert_eq!(becomes(&client, events::OUT)?, events::OUT);
        assert_eq!(client.descriptor().option(&PENDING_ERROR), Ok(0));
        assert_eq!(becomes(&listener, events::IN)?, events::IN);
        let progress = attempt(&mut accept)?;
        assert!(matches!(&progress, Progress::Done((server, _)) if {
            let mut receive = Receive::new(server.descriptor(), 10);
            matches!(attempt(&mut receive), Ok(Progress::Waiting))
        }));
    }
    Ok(())
}

#[test]
fn accepting_without_a_connection_keeps_to_the_time() -> Result<(), Error> {
    for listener in listeners() {
        let listener = nonblocking(listener)?;
        for milliseconds in [0, 20] {
            let accept = Accept::nonblocking(listener.descriptor());
            let timeout = Timeout::from_millis(milliseconds);
            let accepted = block_on(accept, timeout, &mut Scratch::new());
            assert_eq!(accepted.map(drop).map_err(|error| error.cause), Err(Cause::TimedOut));
        }
    }
    Ok(())
}

#[test]
fn a_connection_that_cannot_be_begun_is_an_error() -> Result<(), Error> {
    for listener in listeners() {
        let address = listener.descriptor().local_address()?;
        drop(listener);
        let family = address.family().unwrap_or(Family::Unix);
        let client = Socket::nonblocking(family, Kind::Stream)?;
        let refused = match client.begin_connect(&address) {
            Ok(()) => {
                becomes(&client, events::OUT)?;
                client.descriptor().option(&PENDING_ERROR)?
            }
            Err(error) => error.errno().map_or(0, |errno| errno.0),
        };
        assert_eq!(Errno(refused).to_string(), "Connection refused");
    }
    Ok(())
}

#[test]
fn more_entries_than_descriptors_can_be_polled() -> Result<(), Error> {
    // No process may have as many descriptors on a usual machine.
    const MANY: usize = 3_000_000;
    let listener = listeners().swap_remove(0);
    let idle = PollEntry::new(listener.descriptor(), events::IN);
    let poll = Poll::new(vec![idle; MANY]);
    let polled = block_on(poll, Timeout::from_millis(0), &mut Scratch::new());
    assert_eq!(polled.map(drop).map_err(|error| error.cause), Err(Cause::TimedOut));

    let client = Socket::nonblocking(Family::Inet, Kind::Datagram)?;
    let mut entries = vec![idle; MANY];
    entries[MANY - 1] = PollEntry::new(client.descriptor(), events::OUT);
    let (entries, ready) = block_on(Poll::new(entries), SOON, &mut Scratch::new())?;
    assert_eq!((entries.len(), ready), (MANY, 1));
    assert_eq!(entries[MANY - 1].returned, events::OUT);
    Ok(())
}
