//! Listeners, and accepting.

use std::cell::RefCell;
use std::rc::Rc;

use moonwire_sockets::operation::{AcceptUntilStopped, Stop};
use moonwire_sockets::options::{IPV6_ONLY, REUSE_ADDRESS};
use moonwire_sockets::{Address, Errno, Error, Family, Kind, Socket, SocketFile, Timeout};

use super::addresses::Place;
use super::failure::{End, failure, raise};
use super::object::{Endpoint, SocketObject};
use super::settings::{BACKLOG, Settings, TIMEOUT};
use super::stream::StreamObject;
use crate::drive::drive;
use crate::native::{Call, Class, Function, Object, Outcome, Value};

/// A listening socket.
pub(super) struct Listener {
    endpoint: Endpoint,
    /// What is to be removed with it.
    file: RefCell<Option<SocketFile>>,
    pub(super) stop: Stop,
}

impl Listener {
    fn close(&self) {
        self.endpoint.socket.close();
        self.file.take();
    }
}

/// The object of a listener. The functions of `incoming` share the listener with it.
pub(super) struct ListenerObject(pub(super) Rc<Listener>);

/// The class of listeners.
pub(super) static CLASS: Class = Class {
    name: "moonwire.listener",
    methods: &[
        &[Function::method("accept", accept), Function::method("incoming", incoming)],
        ListenerObject::METHODS,
    ],
    metamethods: ListenerObject::METAMETHODS,
};

impl Object for ListenerObject {
    const CLASS: &'static Class = &CLASS;
}

impl SocketObject for ListenerObject {
    fn endpoint(&self) -> &Endpoint {
        &self.0.endpoint
    }

    fn close(&self) {
        self.0.close();
    }
}

/// A socket that listens on `address`, in non-blocking mode: so accepting needs not ask first.
fn listening(
    address: &Address,
    settings: &Settings,
    is_wildcard: bool,
) -> Result<(Socket, Option<SocketFile>), Error> {
    let family = address.family().ok_or(Errno::AFNOSUPPORT.during("socket"))?;
    let socket = Socket::nonblocking(family, Kind::Stream)?;
    if family != Family::Unix {
        socket.descriptor().set_option(&REUSE_ADDRESS, true)?;
    }
    if family == Family::Inet6 && is_wildcard {
        socket.descriptor().set_option(&IPV6_ONLY, false)?;
    }
    settings.apply(&socket)?;
    socket.bind(address)?;
    let file = SocketFile::made_for(address);
    socket.listen(settings.backlog)?;
    Ok((socket, file))
}

/// `listen(address [, options])`.
pub(super) fn listen(mut call: Call<'_>) -> Outcome<'_> {
    let place = Place::at(&call, 1, Kind::Stream)?;
    let settings = Settings::at(&mut call, 2, Kind::Stream, &[TIMEOUT, BACKLOG])?;
    let timeout = settings.timeout;
    place.find(call, "listen", Kind::Stream, None, timeout, move |mut call, place, addresses, _| {
        let is_wildcard = matches!(place, Place::Anywhere(_));
        let mut last = Errno::AFNOSUPPORT.during("socket");
        for address in addresses {
            match listening(&address, &settings, is_wildcard) {
                Ok((socket, file)) => {
                    let listener = Listener {
                        endpoint: Endpoint::new(socket, &address, timeout),
                        file: RefCell::new(file),
                        stop: Stop::default(),
                    };
                    return Ok(call.object(ListenerObject(Rc::new(listener)))?.into());
                }
                Err(error) => last = error,
            }
        }
        failure(call, "listen", &place.subject(), last)
    })
}

/// Accepts a connection of a listener, and leaves the failures to `fail`. One that has been stopped is closed when
/// it has no more.
fn accept_of<'c>(
    call: Call<'c>,
    listener: &'c Listener,
    timeout: Timeout,
    fail: impl FnOnce(Call<'c>, Error) -> Outcome<'c> + 'c,
) -> Outcome<'c> {
    let accept = AcceptUntilStopped::new(&listener.endpoint.socket, &listener.stop);
    drive(call, accept, timeout, move |mut call, accepted| match accepted {
        Ok(Some((socket, peer))) => {
            Ok(call.object(StreamObject::new(socket, &peer, Timeout::Never))?.into())
        }
        Ok(None) => {
            listener.close();
            fail(call, Errno::BADF.during("accept"))
        }
        Err(error) => fail(call, error),
    })
}

/// `accept()`: a stream, without a time-out.
fn accept(call: Call<'_>) -> Outcome<'_> {
    let listener = &*call.this::<ListenerObject>()?.0;
    accept_or_fail(call, listener, listener.endpoint.timeout.get())
}

/// As `accept()`, with another time-out than that of the listener.
pub(super) fn accept_or_fail<'c>(
    call: Call<'c>,
    listener: &'c Listener,
    timeout: Timeout,
) -> Outcome<'c> {
    accept_of(call, listener, timeout, |call, error| {
        failure(call, "accept", &listener.endpoint.own_subject(), error)
    })
}

/// What a function of `incoming` needs.
pub(super) struct Incoming(Rc<Listener>);

/// The class of what the functions of `incoming` hold, which no program sees.
pub(super) static INCOMING: Class =
    Class { name: "moonwire.incoming", methods: &[], metamethods: &[] };

impl Object for Incoming {
    const CLASS: &'static Class = &INCOMING;
}

/// `incoming()`: an iterator over connections.
fn incoming(mut call: Call<'_>) -> Outcome<'_> {
    static NEXT: Function = Function::new("incoming", next);
    let listener = Rc::clone(&call.this::<ListenerObject>()?.0);
    Ok(call.bound_function(&NEXT, Incoming(listener))?.into())
}

/// The function that `incoming` has made: nil when the listener is closed.
fn next(call: Call<'_>) -> Outcome<'_> {
    let listener = &*call.bound::<Incoming>()?.0;
    let timeout = listener.endpoint.timeout.get();
    accept_of(call, listener, timeout, |call, error| match End::from(error).ends_a_loop() {
        true => Ok(Value::Nil.into()),
        false => Err(raise(call, "accept", &listener.endpoint.own_subject(), error)),
    })
}
