//! Many datagrams at once.

use std::cell::Cell;
use std::io::IoSlice;
use std::net::{Ipv4Addr, Ipv6Addr};

use moonwire_sockets::operation::{
    Datagram, Destinations, Progress, ReceiveDatagram, ReceiveDatagrams, Send, SendMany, Sent,
};
use moonwire_sockets::options::SEND_BUFFER;
use moonwire_sockets::{
    Address, DatagramQueue, Descriptor, Errno, Error, Family, Handle, Interest, KernelTimeout,
    Scratch, Socket, Timeout, block_on,
};

use crate::support::{SOON, attempt};

/// A socket on each family that the machine has.
fn sockets() -> Vec<(Socket, Address)> {
    let name = format!("moonwire-batch-{}-{:?}", std::process::id(), std::thread::current().id());
    [
        Some(Address::ipv4(Ipv4Addr::LOCALHOST, 0)),
        Some(Address::ipv6(Ipv6Addr::LOCALHOST, 0, 0)),
        Address::unix_abstract(name.as_bytes()).ok(),
    ]
    .iter()
    .flatten()
    .filter_map(|address| {
        let socket = Socket::datagram_on(address).ok()?;
        let address = socket.descriptor().local_address().ok()?;
        Some((socket, address))
    })
    .collect()
}

fn sender_for(address: &Address) -> Result<Socket, Error> {
    let socket = match address.family() {
        Some(family) => Socket::new(family, moonwire_sockets::Kind::Datagram)?,
        None => return Err(Errno::AFNOSUPPORT.during("socket")),
    };
    Ok(socket)
}

fn send_all(
    socket: &Socket,
    family: Option<Family>,
    data: &[Vec<u8>],
    destinations: Destinations,
) -> Result<Sent, Error> {
    let slices = data.iter().map(|bytes| IoSlice::new(bytes)).collect();
    let send = SendMany::new(socket.descriptor(), family, slices, destinations);
    block_on(send, SOON, &mut Scratch::new())
}

fn receive_all(
    socket: &Socket,
    family: Option<Family>,
    queue: &DatagramQueue,
    wanted: usize,
) -> Result<Vec<Vec<u8>>, Error> {
    let mut received = Vec::new();
    while received.len() < wanted {
        let count = 16;
        let receive = ReceiveDatagrams::new(socket.descriptor(), family, queue, count, 65_535);
        block_on(receive, SOON, &mut Scratch::new())?;
        let datagrams = queue.front(count).map_err(|errno| errno.during("front"))?;
        assert!((1..=count).contains(&datagrams.len()));
        assert_eq!(datagrams.senders().count(), datagrams.len());
        received.extend((0..datagrams.len()).map(|index| datagrams.bytes(index).to_vec()));
        assert_eq!(queue.consume(datagrams), Ok(()));
    }
    Ok(received)
}

/// Sizes in runs, with what ends runs: a shorter one, a longer one, an empty one.
fn mixed() -> Vec<Vec<u8>> {
    let sizes = [64, 64, 64, 10, 64, 64, 100, 100, 0, 100, 1, 1, 1, 1400, 1400, 700, 8000, 8000];
    sizes.iter().zip(0_u8..).map(|(size, byte)| vec![byte; *size]).collect()
}

#[test]
fn datagrams_stay_what_they_were() -> Result<(), Error> {
    for (receiver, address) in sockets() {
        let family = address.family();
        let queue = DatagramQueue::new();
        let sender = sender_for(&address)?;
        // The first round is without joined datagrams: nobody has asked for them.
        for _ in 0..3 {
            // A unix socket keeps no more than ten of them.
            for data in [&mixed()[..9], &mixed()[9..], &vec![vec![7; 200]; 5], &[Vec::new()]] {
                let sent = send_all(&sender, family, data, Destinations::One(Some(address)))?;
                assert_eq!(sent, Sent { length: data.len(), end: Ok(()) });
                let received = receive_all(&receiver, family, &queue, data.len())?;
                assert!(received == data, "{address:?}");
                assert!(queue.is_empty());
            }
        }
    }
    Ok(())
}

#[test]
fn more_than_one_call_takes_are_sent_by_several() -> Result<(), Error> {
    for (receiver, address) in sockets() {
        let family = address.family();
        let sender = sender_for(&address)?;
        // No two of them are joined.
        let data: Vec<Vec<u8>> = (1..=100_u8).map(|n| vec![n; n.into()]).collect();
        let reader =
            std::thread::spawn(move || receive_all(&receiver, family, &DatagramQueue::new(), 100));
        let sent = send_all(&sender, family, &data, Destinations::One(Some(address)))?;
        assert_eq!(sent, Sent { length: 100, end: Ok(()) });
        let received = reader.join().expect("a thread without a panic")?;
        assert!(received == data, "{address:?}");
    }
    Ok(())
}

#[test]
fn each_goes_to_its_own_address() -> Result<(), Error> {
    let two = sockets().into_iter().zip(sockets());
    for ((one, to_one), (other, to_other)) in two.filter(|((_, a), _)| a.ip().is_some()) {
        let family = to_one.family();
        let data: Vec<Vec<u8>> = (0..6).map(|n| vec![n; 10]).collect();
        let to = [to_one, to_one, to_other, to_one, to_other, to_other];
        let sender = sender_for(&to_one)?;
        let destinations = Destinations::Each(to.iter().copied().map(Some).collect());
        assert_eq!(send_all(&sender, family, &data, destinations)?.length, 6);
        for (receiver, address) in [(one, to_one), (other, to_other)] {
            let wanted: Vec<_> = data
                .iter()
                .zip(to)
                .filter(|(_, to)| *to == address)
                .map(|(data, _)| data.clone())
                .collect();
            let queue = DatagramQueue::new();
            assert!(receive_all(&receiver, family, &queue, wanted.len())? == wanted);
        }
    }
    Ok(())
}

#[test]
fn what_is_too_long_fails_and_what_came_before_is_counted() -> Result<(), Error> {
    for (_receiver, address) in sockets().into_iter().filter(|(_, address)| address.ip().is_some())
    {
        let sender = sender_for(&address)?;
        for (data, sent_before) in [
            (vec![vec![1; 70_000]], 0),
            (vec![vec![1; 10], vec![1; 70_000], vec![1; 10]], 1),
            (vec![vec![1; 40_000], vec![1; 40_000], vec![1; 66_000]], 2),
        ] {
            let sent =
                send_all(&sender, address.family(), &data, Destinations::One(Some(address)))?;
            assert_eq!(sent.length, sent_before);
            let name = sent.end.map_err(|error| error.errno().and_then(Errno::name));
            assert_eq!(name, Err(Some("EMSGSIZE")));
        }
    }
    Ok(())
}

#[test]
fn datagrams_that_the_kernel_has_joined_are_received_one_by_one() -> Result<(), Error> {
    for (receiver, address) in sockets() {
        let family = address.family();
        let queue = DatagramQueue::new();
        let mut scratch = Scratch::new();
        let sender = sender_for(&address)?;
        let data: Vec<Vec<u8>> = (0..10).map(|n| vec![n; 50]).collect();
        // From the first batch on they may come joined.
        for _ in 0..2 {
            send_all(&sender, family, &data, Destinations::One(Some(address)))?;
            receive_all(&receiver, family, &queue, data.len())?;
        }
        send_all(&sender, family, &data, Destinations::One(Some(address)))?;
        for wanted in &data {
            let receive = ReceiveDatagram::new(receiver.descriptor(), &queue, 100);
            let bytes = match block_on(receive, SOON, &mut scratch)? {
                Datagram::Received(_) => scratch.filled().to_vec(),
                Datagram::Queued => {
                    let first = queue.front(1).map_err(|errno| errno.during("front"))?;
                    let bytes = first.bytes(0).to_vec();
                    assert_eq!(queue.consume(first), Ok(()));
                    bytes
                }
            };
            assert_eq!(&bytes, wanted);
        }
        let mut receive = ReceiveDatagram::new(receiver.descriptor(), &queue, 100);
        assert!(matches!(attempt(&mut receive), Ok(Progress::Waiting)));
    }
    Ok(())
}

#[test]
fn who_looks_at_datagrams_keeps_them() -> Result<(), Error> {
    let (receiver, address) = sockets().swap_remove(0);
    let queue = DatagramQueue::new();
    send_all(
        &sender_for(&address)?,
        address.family(),
        &[b"x".to_vec(), b"y".to_vec()],
        Destinations::One(Some(address)),
    )?;
    let receive = ReceiveDatagrams::new(receiver.descriptor(), address.family(), &queue, 2, 10);
    block_on(receive, SOON, &mut Scratch::new())?;
    let first = queue.front(1).map_err(|errno| errno.during("front"))?;
    assert_eq!(queue.clear(), Err(Errno::BUSY));
    assert_eq!(queue.front(2).map(drop), Err(Errno::BUSY));
    drop(first);
    let both = queue.front(3).map_err(|errno| errno.during("front"))?;
    assert_eq!((both.bytes(0), both.bytes(1), both.bytes(2)), (&b"x"[..], &b"y"[..], &b""[..]));
    assert_eq!(queue.consume(both), Ok(()));
    assert!(queue.is_empty());
    Ok(())
}

/// A connected socket whose peer has gone: from its second use on, the kernel has the peer's refusal for it.
struct Refused<'a> {
    socket: &'a Socket,
    uses: Cell<u32>,
}

impl Handle for &Refused<'_> {
    fn descriptor(&self) -> Result<Descriptor, Errno> {
        self.uses.set(self.uses.get() + 1);
        if self.uses.get() == 2 {
            let send = Send::new(self.socket.descriptor(), b"x");
            block_on(send, SOON, &mut Scratch::new()).map_err(|_| Errno::INVAL)?;
        }
        Ok(self.socket.descriptor())
    }

    fn kernel_timeout(&self, _: Interest) -> Option<&KernelTimeout> {
        None
    }
}

#[test]
fn a_failure_comes_after_the_datagrams_before_it() -> Result<(), Error> {
    let (peer, to) = sockets().swap_remove(0);
    let (socket, own) = sockets().swap_remove(0);
    let family = own.family();
    socket.descriptor().set_peer(&to)?;
    let data: Vec<Vec<u8>> = (0..100).map(|n| vec![n; 10 + usize::from(n)]).collect();
    let queue = DatagramQueue::new();
    // From the first batch on, a call gives fewer than 100.
    for _ in 0..2 {
        send_all(&peer, family, &data, Destinations::One(Some(own)))?;
        assert!(receive_all(&socket, family, &queue, 100)? == data);
    }
    send_all(&peer, family, &data, Destinations::One(Some(own)))?;
    drop(peer);
    let socket = Refused { socket: &socket, uses: Cell::new(0) };
    let mut results = Vec::new();
    let mut received = Vec::new();
    while received.len() < data.len() {
        let receive = ReceiveDatagrams::new(&socket, family, &queue, 100, 65_535);
        results.push(block_on(receive, SOON, &mut Scratch::new()));
        let datagrams = queue.front(100).map_err(|errno| errno.during("front"))?;
        received.extend((0..datagrams.len()).map(|index| datagrams.bytes(index).to_vec()));
        assert_eq!(queue.consume(datagrams), Ok(()));
    }
    assert!(received == data);
    assert_eq!(results, [Ok(()), Err(Errno::CONNREFUSED.during("receive")), Ok(())]);
    Ok(())
}

#[test]
fn a_full_unix_socket_is_tried_again() -> Result<(), Error> {
    for (receiver, address) in sockets().into_iter().filter(|(_, address)| address.ip().is_none()) {
        let family = address.family();
        let sender = sender_for(&address)?;
        sender.descriptor().set_option(&SEND_BUFFER, 1 << 20)?;
        let data = vec![vec![7; 100]; 2000];
        let slices = || data.iter().map(|bytes| IoSlice::new(bytes)).collect();
        let to = || Destinations::One(Some(address));
        let send = SendMany::new(sender.descriptor(), family, slices(), to());
        let sent = block_on(send, Timeout::from_millis(50), &mut Scratch::new())?;
        assert!(sent.length > 0 && sent.length < data.len() && sent.end.is_err());
        let reader = std::thread::spawn(move || {
            receive_all(&receiver, family, &DatagramQueue::new(), sent.length + 2000)
        });
        assert_eq!(send_all(&sender, family, &data, to())?.length, data.len());
        assert!(reader.join().expect("a thread without a panic").is_ok());
    }
    Ok(())
}
