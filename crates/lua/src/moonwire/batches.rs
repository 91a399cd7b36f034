//! Many datagrams at once.

use moonwire_sockets::operation::{Destinations, ReceiveDatagrams, SendMany, Sent};
use moonwire_sockets::{Address, Datagrams, Error, Kind};

use super::addresses::{Place, Subject, write_address};
use super::datagrams::{DEFAULT_SIZE, DatagramObject};
use super::failure::{End, failure, message};
use crate::drive::drive;
use crate::native::{Built, Call, Outcome, Pairs, Raise, Value};

/// How many datagrams `receive_many` takes where a program does not say.
const DEFAULT_COUNT: i64 = 64;
/// The most that it gives.
const MOST_COUNT: usize = 1 << 16;
/// How many messages the kernel gives at once (`UIO_MAXIOV`). Memory for each of them is taken before
/// any has come.
const MOST_AT_ONCE: usize = 1024;
/// The most bytes of memory for them.
const MOST_BYTES: usize = 1 << 30;

/// The addresses of the datagrams that come with one: each as the socket takes it.
fn destinations(
    call: &Call<'_>,
    socket: &DatagramObject,
    pairs: &Pairs<'_>,
) -> Result<Result<Vec<Option<Address>>, Error>, Raise> {
    let problem = "an entry of the list is a string, or a string and an address in numbers";
    let mut addresses = Vec::with_capacity(pairs.data.len());
    let mut broken = None;
    call.each_other(pairs, |index| {
        if call.is_none_or_nil(index) || call.is_false(index) {
            addresses.push(None);
            return Ok(());
        }
        match Place::at(call, index, Kind::Datagram) {
            Ok(Place::Known(Ok(address))) => addresses.push(Some(socket.mapped(address))),
            Ok(Place::Known(Err(error))) => broken = Some(error),
            _ => return Err(Raise::argument(1, problem)),
        }
        Ok(())
    })?;
    Ok(broken.map_or(Ok(addresses), Err))
}

/// `send_many(list [, address])`: how many were sent.
pub(super) fn send_many(call: Call<'_>) -> Outcome<'_> {
    let socket = call.this::<DatagramObject>()?;
    let problem = "the entries of the list must be strings, or strings with addresses";
    let default = match call.is_none_or_nil(2) {
        true => Place::Nowhere,
        false => Place::remote_at(&call, 2, Kind::Datagram)?,
    };
    let pairs = call.pairs(1, problem)?;
    let own = match pairs.others {
        Some(_) => match destinations(&call, socket, &pairs)? {
            Ok(addresses) => addresses,
            Err(error) => return failure(call, "send", &Subject::Nothing, error),
        },
        None => Vec::new(),
    };
    let (family, timeout) = (socket.family(), socket.endpoint.timeout.get());
    default.find(call, "send", Kind::Datagram, family, timeout, move |call, place, found, left| {
        let default = found.first().map(|address| socket.mapped(*address));
        let destinations = match own.is_empty() {
            true => Destinations::One(default),
            false => Destinations::Each(own.into_iter().map(|own| own.or(default)).collect()),
        };
        let send = SendMany::new(&socket.endpoint.socket, family, pairs.data, destinations);
        drive(call, send, left, move |call, sent| {
            let subject = match place {
                Place::Nowhere => socket.peer_subject(),
                _ => place.subject(),
            };
            match sent {
                Ok(Sent { length, end: Ok(()) }) => Ok(length.into()),
                Ok(Sent { length, end: Err(error) }) => {
                    let code = End::from(error).code();
                    Ok((Value::Nil, message(call, "send", &subject, error), code, length).into())
                }
                Err(error) => failure(call, "send", &subject, error),
            }
        })
    })
}

/// `receive_many([count [, size]])`: the list of data and the list of senders.
pub(super) fn receive_many(call: Call<'_>) -> Outcome<'_> {
    let socket = call.this::<DatagramObject>()?;
    let count = match call.integer_or(1, DEFAULT_COUNT)? {
        count @ 1.. => usize::try_from(count).unwrap_or(usize::MAX).min(MOST_COUNT),
        _ => return Err(Raise::argument(1, "count out of range")),
    };
    let size = call.buffer_size(2, DEFAULT_SIZE)?;
    if count.min(MOST_AT_ONCE).saturating_mul(size) > MOST_BYTES {
        return Err(Raise::argument(2, "size out of range"));
    }
    let timeout = socket.endpoint.timeout.get();
    let (family, queue) = (socket.family(), &socket.queue);
    let receive = ReceiveDatagrams::new(&socket.endpoint.socket, family, queue, count, size);
    drive(call, receive, timeout, move |call, received| {
        match received.and_then(|()| queue.front(count).map_err(|errno| errno.during("receive"))) {
            Ok(datagrams) => {
                let (data, senders) = lists(call, &datagrams, size)?;
                // Not before the lists are there: where Lua has no memory for them, nothing is lost.
                let _ = queue.consume(datagrams);
                Ok((data, senders).into())
            }
            Err(error) => failure(call, "receive", &socket.sender_subject(), error),
        }
    })
}

/// Both lists. Where one sender has sent several, its text is made once.
fn lists(
    mut call: Call<'_>,
    datagrams: &Datagrams<'_>,
    size: usize,
) -> Result<(Built, Built), Raise> {
    let mut texts = Vec::new();
    let mut places: Vec<(usize, usize)> = Vec::with_capacity(datagrams.len());
    let mut last: Option<&Address> = None;
    for sender in datagrams.senders() {
        let place = match places.last() {
            Some(place) if last == Some(sender) => *place,
            _ => {
                let start = texts.len();
                write_address(&sender.unmapped(), &mut texts);
                (start, texts.len())
            }
        };
        places.push(place);
        last = Some(sender);
    }
    let data = call.build(|builder| {
        builder.list_of(datagrams.len(), |item, index| {
            let bytes = datagrams.bytes(index);
            item.bytes(bytes.get(..size).unwrap_or(bytes));
        });
    })?;
    let (texts, places) = (&texts, &places);
    let senders = call.build(|builder| {
        builder.list_of(places.len(), |item, index| {
            if let Some((start, end)) = places.get(index) {
                item.bytes(texts.get(*start..*end).unwrap_or_default());
            }
        });
    })?;
    Ok((data, senders))
}
