//! Names, addresses and interfaces.

use moonwire_sockets::operation::LookUp;
use moonwire_sockets::{Address, Family, Kind, Timeout, interfaces, literal_address};

use super::failure::reply;
use crate::convert::HostText;
use crate::drive::drive;
use crate::native::{Builder, Call, Outcome};

/// Fills the table under construction with the parts of an address: `family`, `addr`, `port`.
pub(super) fn address_fields(table: Builder, address: &Address, host: &HostText) {
    host_fields(table, address.family(), host);
    if let Some(port) = address.port() {
        table.field("port", |field| field.integer(port.into()));
    }
}

fn host_fields(table: Builder, family: Option<Family>, host: &HostText) {
    if let Some(family) = family {
        table.field("family", |field| field.bytes(family.name().as_bytes()));
    }
    table.field("addr", |field| field.bytes(host.as_bytes()));
}

/// `resolve(name)`: a list of `{family =, addr =}`.
pub(super) fn resolve(call: Call<'_>) -> Outcome<'_> {
    let host = call.bytes(1)?;
    match literal_address(host, 0) {
        Some(address) => reply(call, address.map(|address| vec![address]), list),
        None => {
            let look_up = LookUp::new(host, b"", Kind::Stream);
            drive(call, look_up, Timeout::Never, |call, found| reply(call, found, list))
        }
    }
}

fn list<'c>(mut call: Call<'c>, addresses: Vec<Address>) -> Outcome<'c> {
    let hosts: Vec<_> =
        addresses.iter().map(|address| (address.family(), HostText::of(address))).collect();
    let list = call.build(|builder| {
        builder.table(|list| {
            list.list(&hosts, |item, (family, host)| {
                item.table(|table| host_fields(table, *family, host));
            });
        });
    })?;
    Ok(list.into())
}

/// `getinterfaces()`: a list of `{name =, family =, addr =, mask =}`, one for each IP address.
pub(super) fn getinterfaces(call: Call<'_>) -> Outcome<'_> {
    reply(call, interfaces(), |mut call, interfaces| {
        let addresses: Vec<_> = interfaces
            .iter()
            .filter_map(|interface| {
                let address = interface.address?;
                let mask = interface.netmask.as_ref().map(HostText::of);
                Some((&interface.name, address.family(), HostText::of(&address), mask))
            })
            .collect();
        let list = call.build(|builder| {
            builder.table(|list| {
                list.list(&addresses, |item, (name, family, host, mask)| {
                    item.table(|table| {
                        table.field("name", |field| field.bytes(name));
                        host_fields(table, *family, host);
                        if let Some(mask) = mask {
                            table.field("mask", |field| field.bytes(mask.as_bytes()));
                        }
                    });
                });
            });
        })?;
        Ok(list.into())
    })
}
