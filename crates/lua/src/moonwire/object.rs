//! What all socket objects have in common.

use std::cell::Cell;

use moonwire_sockets::{Address, Descriptor, Error, Handle, Socket, SocketCell, Timeout};

use super::addresses::{Subject, address_value};
use super::failure::failure;
use super::options;
use crate::native::{Call, Function, Object, Outcome};

/// A socket, and how long its calls may take.
pub(super) struct Endpoint {
    pub(super) socket: SocketCell,
    pub(super) timeout: Cell<Timeout>,
}

impl Endpoint {
    /// An endpoint for a socket whose addresses are of the family of `address`.
    pub(super) fn new(socket: Socket, address: &Address, timeout: Timeout) -> Endpoint {
        let cell = SocketCell::empty();
        cell.put(socket, address.family());
        Endpoint { socket: cell, timeout: Cell::new(timeout) }
    }

    /// The descriptor, for a call that does not wait.
    pub(super) fn descriptor(&self, operation: &'static str) -> Result<Descriptor, Error> {
        (&self.socket).descriptor().map_err(|errno| errno.during(operation))
    }

    fn local_address(&self) -> Result<Address, Error> {
        self.descriptor("getsockname").and_then(Descriptor::local_address)
    }

    /// The socket by its own address, for messages.
    pub(super) fn own_subject(&self) -> Subject<'static> {
        self.local_address()
            .map_or(Subject::Nothing, |address| Subject::Address(address.unmapped()))
    }
}

/// An object with an endpoint, and what all such objects answer.
pub(super) trait SocketObject: Object + Sized {
    const METHODS: &'static [Function] = &[
        Function::method("close", close::<Self>),
        Function::method("local_address", local_address::<Self>),
        Function::method("settimeout", settimeout::<Self>),
        Function::method("option", options::option::<Self>),
        Function::method("descriptor", descriptor::<Self>),
    ];
    const METAMETHODS: &'static [Function] = &[
        Function::method("__tostring", tostring::<Self>),
        Function::method("__close", close::<Self>),
    ];

    fn endpoint(&self) -> &Endpoint;

    /// What messages name.
    fn subject(&self) -> Subject<'_> {
        self.endpoint().own_subject()
    }

    /// Ends the socket.
    fn close(&self) {
        self.endpoint().socket.close();
    }
}

/// `close()`: true, also for a socket that is closed already.
fn close<T: SocketObject>(call: Call<'_>) -> Outcome<'_> {
    call.this::<T>()?.close();
    Ok(true.into())
}

/// `local_address()`.
fn local_address<T: SocketObject>(call: Call<'_>) -> Outcome<'_> {
    match call.this::<T>()?.endpoint().local_address() {
        Ok(address) => Ok(address_value(call, &address).into()),
        Err(error) => failure(call, "local_address", &Subject::Nothing, error),
    }
}

/// `settimeout(seconds)`: nil for none.
fn settimeout<T: SocketObject>(call: Call<'_>) -> Outcome<'_> {
    let endpoint = call.this::<T>()?.endpoint();
    endpoint.timeout.set(call.timeout_seconds(1, Timeout::Never)?);
    Ok(true.into())
}

/// `descriptor()`: its number, -1 where it is closed.
fn descriptor<T: SocketObject>(call: Call<'_>) -> Outcome<'_> {
    let endpoint = call.this::<T>()?.endpoint();
    Ok(endpoint.descriptor("descriptor").map_or(-1, Descriptor::number).into())
}

/// `tostring(object)`: its class, and the address that messages name.
fn tostring<T: SocketObject>(call: Call<'_>) -> Outcome<'_> {
    let this = call.this::<T>()?;
    let subject = this.subject();
    let text = call.compose(|text| {
        text.extend_from_slice(T::CLASS.name.as_bytes());
        text.extend_from_slice(b" (");
        match this.endpoint().socket.is_open() {
            true => subject.write(text),
            false => text.extend_from_slice(b"closed"),
        }
        text.push(b')');
    });
    Ok(text.into())
}
