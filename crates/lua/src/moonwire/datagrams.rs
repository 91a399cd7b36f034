//! Datagram sockets: UDP, or unix.

use std::cell::RefCell;
use std::net::{Ipv4Addr, Ipv6Addr};

use moonwire_sockets::operation::{Datagram, ReceiveDatagram, Send};
use moonwire_sockets::options::IPV6_ONLY;
use moonwire_sockets::{
    Address, DatagramQueue, Descriptor, Errno, Error, Family, Kind, Socket, SocketFile,
};

use super::addresses::{Place, Subject, write_address};
use super::batches;
use super::failure::failure;
use super::object::{Endpoint, SocketObject};
use super::settings::{BIND, CONNECT, Settings, TIMEOUT};
use super::stream::peer_of;
use crate::drive::drive;
use crate::native::{Call, Class, Function, Object, Outcome, Reply};

/// More than any datagram has, whatever the system's limits: no memory is taken for what cannot
/// come.
const MOST_RECEIVED: usize = 16 << 20;
/// What every datagram of UDP fits into.
pub(super) const DEFAULT_SIZE: usize = 65_535;

/// The object of a datagram socket.
pub(super) struct DatagramObject {
    pub(super) endpoint: Endpoint,
    pub(super) peer: Option<Address>,
    /// What is to be removed with the socket.
    file: RefCell<Option<SocketFile>>,
    /// What has been received and not been asked for.
    pub(super) queue: DatagramQueue,
    /// The last sender with its text: the next one is often the same.
    sender: RefCell<(Address, Vec<u8>)>,
}

/// The class of datagram sockets.
pub(super) static CLASS: Class = Class {
    name: "moonwire.datagram",
    methods: &[
        &[
            Function::method("send", send),
            Function::method("receive", receive),
            Function::method("send_many", batches::send_many),
            Function::method("receive_many", batches::receive_many),
            Function::method("peer", peer),
        ],
        DatagramObject::METHODS,
    ],
    metamethods: DatagramObject::METAMETHODS,
};

impl Object for DatagramObject {
    const CLASS: &'static Class = &CLASS;
}

impl SocketObject for DatagramObject {
    fn endpoint(&self) -> &Endpoint {
        &self.endpoint
    }

    fn close(&self) {
        self.endpoint.socket.close();
        self.file.take();
        // A finaliser that closes while datagrams are made strings leaves them to the receiver.
        let _ = self.queue.clear();
    }
}

impl DatagramObject {
    /// What a failure to send names.
    pub(super) fn peer_subject(&self) -> Subject<'static> {
        self.peer.map_or(Subject::Nothing, |peer| Subject::Address(peer.unmapped()))
    }

    /// What a failure to receive names: the peer, where there is one that everything comes from.
    pub(super) fn sender_subject(&self) -> Subject<'static> {
        match self.peer {
            Some(_) => self.peer_subject(),
            None => self.endpoint.own_subject(),
        }
    }

    /// The family that a look-up for the socket asks for, if for any.
    pub(super) fn family(&self) -> Option<Family> {
        self.endpoint.socket.family()
    }

    /// An address as the socket takes it.
    pub(super) fn mapped(&self, address: Address) -> Address {
        self.family().map_or(address, |family| address.mapped_for(family))
    }
}

/// A socket bound to one of the addresses that are asked for; without, one that reaches every IP
/// address that the machine can reach.
fn open(settings: &Settings, peer: Option<&Address>) -> Result<(Socket, Address), Error> {
    let is_wildcard = matches!(settings.bind, Some(Place::Anywhere(_)));
    let candidates = match (&settings.bind, peer) {
        (Some(place), _) => place.known().transpose()?.unwrap_or_default(),
        (None, Some(peer)) => vec![*peer],
        (None, None) => vec![
            Address::ipv6(Ipv6Addr::UNSPECIFIED, 0, 0),
            Address::ipv4(Ipv4Addr::UNSPECIFIED, 0),
        ],
    };
    let takes_ipv4 = is_wildcard || (settings.bind.is_none() && peer.is_none());
    let mut last = Errno::AFNOSUPPORT.during("socket");
    for address in candidates {
        let opened = address.family().ok_or(last).and_then(|family| {
            let socket = Socket::new(family, Kind::Datagram)?;
            if family == Family::Inet6 && takes_ipv4 {
                socket.descriptor().set_option(&IPV6_ONLY, false)?;
            }
            settings.apply(&socket)?;
            if settings.bind.is_some() {
                socket.bind(&address)?;
            }
            Ok((socket, address))
        });
        match opened {
            Ok(opened) => return Ok(opened),
            Err(error) => last = error,
        }
    }
    Err(last)
}

/// `udp([options])`.
pub(super) fn udp(mut call: Call<'_>) -> Outcome<'_> {
    let mut settings = Settings::at(&mut call, 1, Kind::Datagram, &[TIMEOUT, BIND, CONNECT])?;
    let Some(place) = settings.connect.take() else {
        return make(call, &settings, &Place::Nowhere, None);
    };
    let family = match &settings.bind {
        Some(Place::Known(Ok(address))) => address.family(),
        _ => None,
    };
    let timeout = settings.timeout;
    place.find(call, "udp", Kind::Datagram, family, timeout, move |call, place, found, _| {
        make(call, &settings, &place, found.first())
    })
}

fn make<'c>(
    mut call: Call<'c>,
    settings: &Settings,
    place: &Place,
    peer: Option<&Address>,
) -> Outcome<'c> {
    let (socket, address) = match open(settings, peer) {
        Ok(opened) => opened,
        Err(error) => {
            let subject = settings.bind.as_ref().map_or(place.subject(), Place::subject);
            return failure(call, "udp", &subject, error);
        }
    };
    let file = settings.bind.as_ref().and_then(|_| SocketFile::made_for(&address));
    let endpoint = Endpoint::new(socket, &address, settings.timeout);
    let peer = peer.map(|peer| address.family().map_or(*peer, |family| peer.mapped_for(family)));
    if let Some(peer) = &peer {
        let connected = endpoint
            .descriptor("connect")
            .and_then(|descriptor: Descriptor| descriptor.set_peer(peer));
        if let Err(error) = connected {
            return failure(call, "udp", &place.subject(), error);
        }
    }
    let object = DatagramObject {
        endpoint,
        peer,
        file: RefCell::new(file),
        queue: DatagramQueue::new(),
        sender: RefCell::new((Address::unnamed(), Vec::new())),
    };
    Ok(call.object(object)?.into())
}

/// `send(data [, address])`: true.
fn send(call: Call<'_>) -> Outcome<'_> {
    let socket = call.this::<DatagramObject>()?;
    let data = call.bytes(1)?;
    let timeout = socket.endpoint.timeout.get();
    if call.is_none_or_nil(2) {
        let send = Send::new(&socket.endpoint.socket, data);
        return drive(call, send, timeout, move |call, sent| match sent {
            Ok(_) => Ok(true.into()),
            Err(error) => failure(call, "send", &socket.peer_subject(), error),
        });
    }
    let place = Place::remote_at(&call, 2, Kind::Datagram)?;
    let family = socket.family();
    place.find(call, "send", Kind::Datagram, family, timeout, move |call, place, found, left| {
        let Some(address) = found.first() else {
            return failure(call, "send", &place.subject(), Errno::AFNOSUPPORT);
        };
        let send = Send::to(&socket.endpoint.socket, data, socket.mapped(*address));
        drive(call, send, left, move |call, sent| match sent {
            Ok(_) => Ok(true.into()),
            Err(error) => failure(call, "send", &place.subject(), error),
        })
    })
}

/// `receive([size])`: a datagram, of which at most so many bytes, and the address of its sender.
fn receive(call: Call<'_>) -> Outcome<'_> {
    let socket = call.this::<DatagramObject>()?;
    let size = call.buffer_size(1, DEFAULT_SIZE)?.min(MOST_RECEIVED);
    let timeout = socket.endpoint.timeout.get();
    let receive = ReceiveDatagram::new(&socket.endpoint.socket, &socket.queue, size);
    drive(call, receive, timeout, move |call, received| match received {
        Ok(Datagram::Received(sender)) => Ok(with_sender(call, socket, &sender)),
        Ok(Datagram::Queued) => queued(call, socket, size),
        Err(error) => failure(call, "receive", &socket.sender_subject(), error),
    })
}

/// What has been received into the scratch memory, and the text for its sender.
fn with_sender<'c>(call: Call<'c>, socket: &DatagramObject, sender: &Address) -> Reply<'c> {
    // Nothing of Lua runs meanwhile.
    let (last, text) = &mut *socket.sender.borrow_mut();
    if text.is_empty() || last != sender {
        *last = *sender;
        text.clear();
        write_address(&sender.unmapped(), text);
    }
    call.received_with(text).into()
}

/// The first datagram in the queue.
fn queued<'c>(mut call: Call<'c>, socket: &DatagramObject, size: usize) -> Outcome<'c> {
    let first = match socket.queue.front(1) {
        Ok(first) => first,
        Err(errno) => return failure(call, "receive", &socket.sender_subject(), errno),
    };
    let bytes = first.bytes(0);
    call.with_scratch(|scratch| scratch.keep(&bytes[..bytes.len().min(size)]));
    let sender = first.senders().next().copied().unwrap_or(Address::unnamed());
    // Nothing of Lua has run since.
    let _ = socket.queue.consume(first);
    Ok(with_sender(call, socket, &sender))
}

/// `peer()`: the address that the socket is connected to.
fn peer(call: Call<'_>) -> Outcome<'_> {
    let socket = call.this::<DatagramObject>()?;
    peer_of(call, &socket.endpoint, socket.peer.ok_or(Errno(libc::ENOTCONN)))
}
