//! Multicast: the interface that datagrams leave by, and membership in groups.

use moonwire_sockets::options::MULTICAST_INTERFACE;
use moonwire_sockets::{
    Address, Errno, Error, Membership, interface_index, interface_name, literal_address,
};

use super::address_info::info_at;
use super::failure::{failure, only_failure, reply};
use super::socket::LowLevelSocket;
use crate::native::{Call, Outcome, Raise, Value};

/// `sock:mcastif([ifname])`: an empty name leaves it to the system, which then reads as nil.
pub(super) fn interface(call: Call<'_>) -> Outcome<'_> {
    let descriptor = call.this::<LowLevelSocket>()?.descriptor();
    if !call.is_none_or_nil(1) {
        let set = index_of(call.bytes(1)?)
            .and_then(|index| descriptor.set_option(&MULTICAST_INTERFACE, index));
        // That the socket has no such option weighs more than that there is no such interface.
        if let Err(error) = descriptor.multicast_family().and(set) {
            return failure(call, error);
        }
    }
    let name = descriptor.option(&MULTICAST_INTERFACE).and_then(|index| match index {
        0 => Ok(None),
        index => interface_name(index).map(Some),
    });
    reply(call, name, |call, name| match name {
        Some(name) => Ok(call.compose(|bytes| bytes.extend_from_slice(&name)).into()),
        None => Ok(Value::Nil.into()),
    })
}

fn index_of(name: &[u8]) -> Result<u32, Error> {
    if name.is_empty() { Ok(0) } else { interface_index(name) }
}

/// `sock:mcastjoin(mcaddr [, ifname])`.
pub(super) fn join(call: Call<'_>) -> Outcome<'_> {
    change(call, Membership::Join, false)
}

/// `sock:mcastleave(mcaddr [, ifname])`.
pub(super) fn leave(call: Call<'_>) -> Outcome<'_> {
    change(call, Membership::Leave, false)
}

/// `sock:mcastjoinsrc(mcaddr, srcaddr [, ifname])`.
pub(super) fn join_source(call: Call<'_>) -> Outcome<'_> {
    change(call, Membership::JoinSource, true)
}

/// `sock:mcastleavesrc(mcaddr, srcaddr [, ifname])`.
pub(super) fn leave_source(call: Call<'_>) -> Outcome<'_> {
    change(call, Membership::LeaveSource, true)
}

/// `sock:mcastblocksrc(mcaddr, srcaddr [, ifname])`.
pub(super) fn block_source(call: Call<'_>) -> Outcome<'_> {
    change(call, Membership::BlockSource, true)
}

/// `sock:mcastunblocksrc(mcaddr, srcaddr [, ifname])`.
pub(super) fn unblock_source(call: Call<'_>) -> Outcome<'_> {
    change(call, Membership::UnblockSource, true)
}

fn change(call: Call<'_>, change: Membership, names_source: bool) -> Outcome<'_> {
    let descriptor = call.this::<LowLevelSocket>()?.descriptor();
    let group = address(&call, 1)?;
    let source = if names_source { Some(address(&call, 2)?) } else { None };
    let interface = call.bytes_or(if names_source { 3 } else { 2 }, b"")?;
    let changed = descriptor.multicast_family().and_then(|_| {
        let group = group?;
        let interface = match (interface, group.scope()) {
            (b"", Some(scope)) => scope,
            (name, _) => index_of(name)?,
        };
        descriptor.change_membership(change, &group, source.transpose()?.as_ref(), interface)
    });
    only_failure(call, changed)
}

/// An address in text, or that of an address info.
fn address<'c>(call: &Call<'c>, index: usize) -> Result<Result<Address, Error>, Raise> {
    match call.bytes(index) {
        Ok(text) => {
            let none = || Err(Errno::INVAL.during("inet_pton"));
            Ok(literal_address(text, 0).unwrap_or_else(none))
        }
        Err(_) => info_at(call, index).map(|info| Ok(info.address)),
    }
}
