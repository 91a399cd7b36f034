//! What the tests of operations use.

use std::net::{Ipv4Addr, Ipv6Addr};
use std::time::{Duration, Instant};

use moonwire_sockets::operation::{Accept, Connect, Patience, Progress};
use moonwire_sockets::{Address, Error, Kind, Operation, Scratch, Socket, Timeout, block_on};

/// Long enough for whatever comes at all.
pub(crate) const SOON: Timeout = Timeout::After(Duration::from_secs(10));
/// Short, for what does not come.
pub(crate) const BRIEFLY: Duration = Duration::from_millis(30);

/// A listener on each family that the machine has, with the system's choice of port.
pub(crate) fn listeners() -> Vec<Socket> {
    static COUNT: std::sync::atomic::AtomicU32 = std::sync::atomic::AtomicU32::new(0);
    let count = COUNT.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
    let name = format!("moonwire-test-{}-{count}", std::process::id());
    [
        Some(Address::ipv4(Ipv4Addr::LOCALHOST, 0)),
        Some(Address::ipv6(Ipv6Addr::LOCALHOST, 0, 0)),
        Address::unix_abstract(name.as_bytes()).ok(),
    ]
    .iter()
    .flatten()
    .filter_map(|address| Socket::listen_on(address, 8).ok())
    .collect()
}

/// Both ends of a connection to a listener.
pub(crate) fn connection(listener: &Socket) -> Result<(Socket, Socket), Error> {
    let address = listener.descriptor().local_address()?;
    let mut scratch = Scratch::new();
    let (client, _) = block_on(Connect::new(vec![address], Kind::Stream), SOON, &mut scratch)?;
    let (server, _) = block_on(Accept::new(listener.descriptor()), SOON, &mut scratch)?;
    Ok((client, server))
}

/// What an attempt without patience comes to. It must not wait.
pub(crate) fn attempt<O: Operation>(operation: &mut O) -> Result<Progress<O::Output>, Error> {
    let start = Instant::now();
    let progress = operation.attempt(&mut Scratch::new(), Patience::NONE);
    assert!(start.elapsed() < Duration::from_secs(1), "an attempt waited");
    progress
}

/// Runs `wait` and checks that it took the whole time and not much longer.
pub(crate) fn takes<T>(time: Duration, wait: impl FnOnce() -> T) -> T {
    let start = Instant::now();
    let result = wait();
    let taken = start.elapsed();
    assert!(taken >= time && taken < time + Duration::from_secs(5), "took {taken:?}");
    result
}
