//! Messages with all that may go with them.

use std::cell::{Cell, RefCell};
use std::os::fd::{IntoRawFd, OwnedFd};

use moonwire_sockets::operation::once::{self, IncomingMessage, OutgoingMessage};
use moonwire_sockets::{
    AddressInfo, ControlMessage, Descriptor, Errno, Socket, is_connection_oriented,
};

use super::DEFAULT_SIZE;
use super::address_info::info_at;
use super::failure::{not_received, sent};
use super::socket::{LowLevelSocket, Mode};
use super::transfer::descriptor_at;
use crate::drive::drive;
use crate::native::{Call, Class, Function, Object, Outcome, Raise, Reply};

/// Received descriptors that nobody has taken yet.
pub(super) struct ReceivedDescriptors(RefCell<Vec<OwnedFd>>);

impl Drop for ReceivedDescriptors {
    fn drop(&mut self) {
        for descriptor in self.0.take() {
            // The program may have closed it by its number, which is no reason to end.
            drop(Socket::from(descriptor));
        }
    }
}

impl Object for ReceivedDescriptors {
    const CLASS: &'static Class = &CLASS;
}

/// The methods of a received message.
pub(super) static CLASS: Class = Class {
    name: "llsocket.message",
    methods: &[&[Function::method("takefds", takefds)]],
    metamethods: &[],
};

/// `sock:sendmsg(msg [, flag, ...])`.
pub(super) fn sendmsg(call: Call<'_>) -> Outcome<'_> {
    let socket = call.this::<LowLevelSocket>()?;
    let flags = call.flags_from(2)?;
    let mut message = OutgoingMessage { pieces: call.pieces(1)?, ..OutgoingMessage::default() };
    let length = message.pieces.iter().map(|piece| piece.len()).sum();
    if let Some(name) = present(&call, "name")? {
        let problem = |_| Raise::argument(1, "field 'name' must be an address info");
        message.destination = Some(info_at(&call, name).map_err(problem)?.address);
    }
    if let Some(list) = present(&call, "control")? {
        let problem = |_| Raise::argument(1, "field 'control' must be a list of control messages");
        call.each_item(list, |item| {
            message.control.push(control_message(&call, item).map_err(problem)?);
            Ok(())
        })
        .map_err(problem)?;
    }
    let mut broken = None;
    if let Some(list) = present(&call, "fds")? {
        let problem = |_| Raise::argument(1, "field 'fds' must be a list of descriptors");
        call.each_item(list, |item| {
            match descriptor_at(&call, item).map_err(problem)? {
                Ok(descriptor) => message.descriptors.push(descriptor),
                Err(error) => broken = Some(error),
            }
            Ok(())
        })
        .map_err(problem)?;
    }
    if let Some(error) = broken {
        return sent(call, length, Err(error));
    }
    let send = once::send_message(socket, message, flags);
    let timeout = Mode::timeout(&socket.mode.send_timeout);
    drive(call, send, timeout, move |call, result| sent(call, length, result))
}

/// Where a field of the message can be read, if it is there.
fn present<'c>(call: &Call<'c>, name: &'static str) -> Result<Option<usize>, Raise> {
    let field = call.field(1, name)?;
    Ok((!call.is_none_or_nil(field)).then_some(field))
}

/// `{level =, type =, data =}`.
fn control_message<'c>(call: &Call<'c>, item: usize) -> Result<ControlMessage, Raise> {
    let number = |name| call.small_integer(call.field(item, name)?, "");
    Ok(ControlMessage {
        level: number("level")?,
        kind: number("type")?,
        data: call.bytes(call.field(item, "data")?)?.to_vec(),
    })
}

/// `sock:recvmsg([bufsize [, controlsize [, flag, ...]]])`.
pub(super) fn recvmsg(call: Call<'_>) -> Outcome<'_> {
    let socket = call.this::<LowLevelSocket>()?;
    let limit = call.buffer_size(1, DEFAULT_SIZE)?;
    let control = control_size(&call, 2)?;
    let low_water = socket.mode.low_water();
    let receive = once::receive_message(socket, limit, control, low_water, call.flags_from(3)?);
    let timeout = Mode::timeout(&socket.mode.receive_timeout);
    drive(call, receive, timeout, |call, received| match received {
        Ok(message) if is_end(socket, &message) => Ok(Reply::NOTHING),
        Ok(message) => table(call, socket, message),
        Err(error) => not_received(call, error),
    })
}

/// How much room there is for control messages. Linux lets them have 128 KiB by default.
fn control_size<'c>(call: &Call<'c>, index: usize) -> Result<usize, Raise> {
    const LARGEST: usize = 1 << 20;
    if call.is_none_or_nil(index) {
        return Ok(DEFAULT_SIZE);
    }
    match call.small_integer(index, "size out of range")? {
        size @ 0..=LARGEST => Ok(size),
        _ => Err(Raise::argument(index, "size out of range")),
    }
}

/// Whether a message is none, but the end of the connection.
fn is_end(socket: &LowLevelSocket, message: &IncomingMessage) -> bool {
    message.length == 0
        && message.descriptors.is_empty()
        && message.control.is_empty()
        && is_connection_oriented(socket.nature().kind)
}

/// A received message as a table.
fn table<'c>(mut call: Call<'c>, socket: &LowLevelSocket, message: IncomingMessage) -> Outcome<'c> {
    let truncated = message.is_truncated();
    let control_truncated = message.is_control_truncated();
    let IncomingMessage { sender, descriptors, control, flags, .. } = message;
    let numbers: Vec<i64> = descriptors.iter().map(number).collect();
    let name = (!sender.as_bytes().is_empty())
        .then(|| Cell::new(Some::<AddressInfo>(socket.info_for(sender))));
    let owned = Cell::new(Some(ReceivedDescriptors(RefCell::new(descriptors))));
    let (name, control, numbers) = (&name, &control, &numbers);
    let table = call.build_with_received(&owned, |builder, data, owned| {
        builder.table(|table| {
            table.methods_of(Some(owned));
            table.field("data", |field| field.bytes(data));
            if let Some(name) = name {
                table.field("name", |field| field.object(name));
            }
            table.field("fds", |field| {
                field.table(|list| list.list(numbers, |item, number| item.integer(*number)));
            });
            table.field("control", |field| {
                field.table(|list| {
                    list.list(control, |item, message| {
                        item.table(|table| {
                            table.field("level", |field| field.integer(message.level.into()));
                            table.field("type", |field| field.integer(message.kind.into()));
                            table.field("data", |field| field.bytes(&message.data));
                        });
                    });
                });
            });
            table.field("flags", |field| field.integer(flags.into()));
            table.field("truncated", |field| field.boolean(truncated));
            table.field("control_truncated", |field| field.boolean(control_truncated));
        });
    })?;
    Ok(table.into())
}

fn number(descriptor: &OwnedFd) -> i64 {
    use std::os::fd::AsRawFd;
    descriptor.as_raw_fd().into()
}

/// `msg:takefds()`: the descriptors are the program's own from now on.
fn takefds(mut call: Call<'_>) -> Outcome<'_> {
    let received = call.owned_by_this::<ReceivedDescriptors>()?;
    let numbers: Vec<i64> = received.0.borrow().iter().map(number).collect();
    let numbers = &numbers;
    let list = call.build(|builder| {
        builder.table(|table| table.list(numbers, |item, number| item.integer(*number)));
    })?;
    // They are given up only when there is a list to hold them. A finaliser that ran meanwhile may
    // have taken them already: then they are not here any more.
    for descriptor in received.0.take() {
        let _taken = descriptor.into_raw_fd();
    }
    Ok(list.into())
}

/// `sock:sendfd(fd)`: one byte goes along, for a stream carries descriptors beside bytes only.
pub(super) fn sendfd(call: Call<'_>) -> Outcome<'_> {
    let socket = call.this::<LowLevelSocket>()?;
    let descriptor = match descriptor_at(&call, 1)? {
        Ok(descriptor) => descriptor,
        Err(error) => return sent(call, 1, Err(error)),
    };
    let message = OutgoingMessage {
        pieces: vec![std::io::IoSlice::new(b"\0")],
        descriptors: vec![descriptor],
        ..OutgoingMessage::default()
    };
    let send = once::send_message(socket, message, call.flags_from(2)?);
    let timeout = Mode::timeout(&socket.mode.send_timeout);
    drive(call, send, timeout, |call, result| sent(call, 1, result))
}

/// `sock:recvfd()`: a descriptor, which is the program's own. `ENOMSG` for a message without one.
pub(super) fn recvfd(call: Call<'_>) -> Outcome<'_> {
    let socket = call.this::<LowLevelSocket>()?;
    let room = once::ROOM_FOR_ONE_DESCRIPTOR;
    let receive = once::receive_message(socket, 1, room, 1, call.flags_from(1)?);
    let timeout = Mode::timeout(&socket.mode.receive_timeout);
    drive(call, receive, timeout, |call, received| match received {
        Ok(message) if is_end(socket, &message) => Ok(Reply::NOTHING),
        Ok(message) => match message.descriptors.into_iter().next() {
            Some(descriptor) => Ok(Descriptor::from_owned(descriptor).number().into()),
            None => not_received(call, Errno::NOMSG.during("recvmsg")),
        },
        Err(error) => not_received(call, error),
    })
}
