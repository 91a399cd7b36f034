//! Accepting with retries after a shortage.

use moonwire_sockets::operation::{AcceptWithRetries, Progress, Wait};
use moonwire_sockets::{Address, Error, Family, Kind, Operation, Scratch, Socket, block_on};

use crate::support::{SOON, attempt};

fn listener() -> Result<(Socket, Address), Error> {
    let listener = Socket::nonblocking(Family::Inet, Kind::Stream)?;
    listener.listen_at(&Address::ipv4([127, 0, 0, 1].into(), 0), 8)?;
    let address = listener.descriptor().local_address()?;
    Ok((listener, address))
}

#[test]
fn connections_are_in_blocking_mode() -> Result<(), Error> {
    let (listener, address) = listener()?;
    let mut accept = AcceptWithRetries::new(listener.descriptor());
    assert!(matches!(attempt(&mut accept), Ok(Progress::Waiting)));
    assert!(matches!(accept.waits_for(), Wait::Unowned(..)));
    let client = Socket::nonblocking(Family::Inet, Kind::Stream)?;
    client.begin_connect(&address)?;
    let (server, peer) = block_on(accept, SOON, &mut Scratch::new())?;
    assert_eq!(peer, client.descriptor().local_address()?);
    assert!(!server.descriptor().is_nonblocking()?);
    assert!(server.descriptor().is_close_on_exec()?);
    Ok(())
}

#[test]
fn a_socket_that_does_not_listen_is_a_failure() -> Result<(), Error> {
    let socket = Socket::nonblocking(Family::Inet, Kind::Stream)?;
    let accepted = attempt(&mut AcceptWithRetries::new(socket.descriptor()));
    assert_eq!(accepted.map(drop).map_err(|error| error.operation), Err("accept"));
    Ok(())
}
