//! Connecting to whichever of several addresses answers first.

use std::net::Ipv4Addr;
use std::time::{Duration, Instant};

use moonwire_sockets::operation::{Accept, Progress, Race, Wait};
use moonwire_sockets::{
    Address, Errno, Error, Kind, Mode, Operation, Scratch, Socket, Timeout, block_on,
};

use crate::support::{SOON, attempt, listeners};

fn open(address: &Address, mode: Mode) -> Result<Socket, Error> {
    let family = address.family().ok_or(Errno::AFNOSUPPORT.during("socket"))?;
    Socket::in_mode(family, Kind::Stream, mode)
}

fn refused() -> Address {
    let listener = Socket::listen_on(&Address::ipv4(Ipv4Addr::LOCALHOST, 0), 1);
    listener
        .and_then(|listener| listener.descriptor().local_address())
        .expect("an address nobody listens on any more")
}

/// A listener whose queue is full, so that TCP goes on asking it in vain.
fn deaf() -> Result<(Socket, Vec<Socket>), Error> {
    let listener = Socket::listen_on(&Address::ipv4(Ipv4Addr::LOCALHOST, 0), 0)?;
    let address = listener.descriptor().local_address()?;
    let mut queued = Vec::new();
    for _ in 0..4 {
        let socket = open(&address, Mode::NonBlocking)?;
        socket.begin_connect(&address)?;
        queued.push(socket);
    }
    Ok((listener, queued))
}

#[test]
fn one_address_is_connected_to() -> Result<(), Error> {
    for listener in listeners() {
        let address = listener.descriptor().local_address()?;
        let race = Race::new(vec![address], open);
        let (client, reached) = block_on(race, SOON, &mut Scratch::new())?;
        assert_eq!(reached, address);
        assert!(!client.descriptor().is_nonblocking()?);
        assert_eq!(client.descriptor().peer_address()?, address);
        let race = Race::new(vec![address], open);
        let (client, _) = block_on(race, Timeout::Never, &mut Scratch::new())?;
        assert!(!client.descriptor().is_nonblocking()?);
    }
    Ok(())
}

#[test]
fn those_that_refuse_hold_up_nobody() -> Result<(), Error> {
    let start = Instant::now();
    for listener in listeners() {
        let address = listener.descriptor().local_address()?;
        let race = Race::new(vec![refused(), refused(), address], open);
        assert_eq!(block_on(race, SOON, &mut Scratch::new())?.1, address);
    }
    assert!(start.elapsed() < Duration::from_millis(250));
    Ok(())
}

#[test]
fn the_last_failure_is_told_where_all_fail() {
    let raced = block_on(Race::new(vec![refused(), refused()], open), SOON, &mut Scratch::new());
    assert_eq!(raced.map(drop), Err(Errno::CONNREFUSED.during("connect")));
    let none = block_on(Race::new(Vec::new(), open), SOON, &mut Scratch::new());
    assert_eq!(none.map(drop), Err(Errno::INVAL.during("connect")));
    let fails = |_: &Address, _| Err(Errno::NOBUFS.during("socket"));
    let unopened = block_on(Race::new(vec![refused()], fails), SOON, &mut Scratch::new());
    assert_eq!(unopened.map(drop), Err(Errno::NOBUFS.during("socket")));
}

#[test]
fn one_that_does_not_answer_gets_a_head_start_only() -> Result<(), Error> {
    let (silent, _queued) = deaf()?;
    let first = silent.descriptor().local_address()?;
    let listener = Socket::listen_on(&Address::ipv4(Ipv4Addr::LOCALHOST, 0), 8)?;
    let second = listener.descriptor().local_address()?;
    let mut race = Race::new(vec![first, second], open);
    let start = Instant::now();
    assert!(matches!(attempt(&mut race), Ok(Progress::Waiting)));
    assert!(matches!(race.waits_for(), Wait::AnyUntil([_], _)));
    let (_client, reached) = block_on(race, SOON, &mut Scratch::new())?;
    let taken = start.elapsed();
    assert_eq!(reached, second);
    assert!(taken >= Duration::from_millis(250) && taken < Duration::from_secs(2), "{taken:?}");
    Ok(())
}

#[test]
fn the_first_may_still_win() -> Result<(), Error> {
    let (silent, _queued) = deaf()?;
    let first = silent.descriptor().local_address()?;
    let (other, _others) = deaf()?;
    let second = other.descriptor().local_address()?;
    let mut race = Race::new(vec![first, second], open);
    let brief = Timeout::from_millis(300);
    assert!(matches!(attempt(&mut race), Ok(Progress::Waiting)));
    while !matches!(race.waits_for(), Wait::Any([_, _])) {
        std::thread::sleep(Duration::from_millis(20));
        assert!(matches!(attempt(&mut race), Ok(Progress::Waiting)));
    }
    // TCP asks again after a second.
    for _ in 0..4 {
        let accept = Accept::new(silent.descriptor());
        if block_on(accept, brief, &mut Scratch::new()).is_err() {
            break;
        }
    }
    assert_eq!(block_on(race, SOON, &mut Scratch::new())?.1, first);
    Ok(())
}

#[test]
fn a_unix_listener_with_a_full_queue_is_asked_again() -> Result<(), Error> {
    let name = format!("moonwire-race-{}", std::process::id());
    let address = Address::unix_abstract(name.as_bytes()).expect("a short name");
    let listener = Socket::listen_on(&address, 0)?;
    let first = open(&address, Mode::NonBlocking)?;
    first.begin_connect(&address)?;
    let mut race = Race::new(vec![address], open);
    assert!(matches!(attempt(&mut race), Ok(Progress::Waiting)));
    assert!(matches!(race.waits_for(), Wait::AnyUntil([], _)));
    block_on(Accept::new(listener.descriptor()), SOON, &mut Scratch::new())?;
    assert_eq!(block_on(race, SOON, &mut Scratch::new())?.1, address);
    Ok(())
}
