//! Messages over UDP and unix.

use crate::support::{BRIEFLY, SOON, attempt, takes};
use moonwire_sockets::operation::{Progress, ReceiveFrom, Send};
use moonwire_sockets::{Address, Error, Scratch, Socket, Timeout, block_on};

/// Two sockets with names, for each family that the machine has.
fn pairs() -> Vec<(Socket, Socket)> {
    let name = |end: &str| {
        format!("moonwire-{end}-{}-{:?}", std::process::id(), std::thread::current().id())
    };
    let unix = |end| Address::unix_abstract(name(end).as_bytes());
    let mut addresses = vec![
        (Address::ipv4([127, 0, 0, 1].into(), 0), Address::ipv4([127, 0, 0, 1].into(), 0)),
        (Address::ipv6(1.into(), 0, 0), Address::ipv6(1.into(), 0, 0)),
    ];
    addresses.extend(unix("left").ok().zip(unix("right").ok()));
    let open =
        |(left, right)| Some((Socket::datagram_on(&left).ok()?, Socket::datagram_on(&right).ok()?));
    addresses.into_iter().filter_map(open).collect()
}

#[test]
fn a_message_comes_with_its_sender() -> Result<(), Error> {
    let mut scratch = Scratch::new();
    for (left, right) in pairs() {
        let to = right.descriptor().local_address()?;
        block_on(Send::to(left.descriptor(), b"message", to), SOON, &mut scratch)?;
        let receive = ReceiveFrom::new(right.descriptor(), 100);
        let (length, sender) = block_on(receive, SOON, &mut scratch)?;
        assert_eq!((length, scratch.filled()), (7, &b"message"[..]));
        assert_eq!(sender, left.descriptor().local_address()?);
    }
    Ok(())
}

#[test]
fn an_empty_message_is_a_message() -> Result<(), Error> {
    for (left, right) in pairs() {
        let to = right.descriptor().local_address()?;
        block_on(Send::to(left.descriptor(), b"", to), SOON, &mut Scratch::new())?;
        let receive = ReceiveFrom::new(right.descriptor(), 100);
        let (length, sender) = block_on(receive, SOON, &mut Scratch::new())?;
        assert_eq!((length, sender), (0, left.descriptor().local_address()?));
    }
    Ok(())
}

#[test]
fn a_message_is_cut_at_the_limit_and_the_rest_is_gone() -> Result<(), Error> {
    let mut scratch = Scratch::new();
    for (left, right) in pairs() {
        let to = right.descriptor().local_address()?;
        for message in [&b"first"[..], b"second"] {
            block_on(Send::to(left.descriptor(), message, to), SOON, &mut scratch)?;
        }
        for cut in [&b"fir"[..], b"sec"] {
            let receive = ReceiveFrom::new(right.descriptor(), 3);
            assert_eq!(block_on(receive, SOON, &mut scratch)?.0, 3);
            assert_eq!(scratch.filled(), cut);
        }
    }
    Ok(())
}

#[test]
fn a_receive_ends_when_its_time_is_over() {
    for (left, _right) in pairs() {
        let receive = || ReceiveFrom::new(left.descriptor(), 100);
        assert!(matches!(attempt(&mut receive()), Ok(Progress::Waiting)));
        let error =
            takes(BRIEFLY, || block_on(receive(), Timeout::After(BRIEFLY), &mut Scratch::new()));
        assert_eq!(error.map(drop), Err(Error::timed_out("recvfrom")));
    }
}

#[test]
fn a_unix_sender_without_a_name_has_an_address_without_one() -> Result<(), Error> {
    let Some((_, receiver)) = pairs().pop() else { unreachable!("unix is always there") };
    let sender = Socket::new(moonwire_sockets::Family::Unix, moonwire_sockets::Kind::Datagram)?;
    let to = receiver.descriptor().local_address()?;
    block_on(Send::to(sender.descriptor(), b"x", to), SOON, &mut Scratch::new())?;
    let receive = ReceiveFrom::new(receiver.descriptor(), 100);
    let (_, address) = block_on(receive, SOON, &mut Scratch::new())?;
    // The kernel gives no bytes at all, or the family alone.
    assert!(address.as_bytes().len() <= 2, "{address:?}");
    Ok(())
}
