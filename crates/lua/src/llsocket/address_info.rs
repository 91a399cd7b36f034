//! Address-info objects.

use moonwire_sockets::constants::NI_WITHSCOPEID;
use moonwire_sockets::operation::ServiceName;
use moonwire_sockets::{AddressInfo, Host, Timeout};

use super::failure::reply;
use crate::drive::drive;
use crate::native::{Call, Class, Function, Object, Outcome, Raise, Value, strict};

impl Object for AddressInfo {
    const CLASS: &'static Class = &CLASS;
}

pub(super) static CLASS: Class = Class {
    name: "llsocket.addrinfo",
    methods: &[&strict([
        Function::method("family", family),
        Function::method("socktype", socktype),
        Function::method("protocol", protocol),
        Function::method("addr", addr),
        Function::method("canonname", canonname),
        Function::method("cannoname", canonname),
        Function::method("nameinfo", nameinfo),
        Function::method("getnameinfo", nameinfo),
    ])],
    metamethods: &[Function::method("__tostring", tostring)],
};

/// An argument that is an address info or a list of them.
pub(super) fn info_at<'c>(call: &Call<'c>, index: usize) -> Result<&'c AddressInfo, Raise> {
    call.object_or_first_at(index)
}

/// `ai:family()`.
fn family(call: Call<'_>) -> Outcome<'_> {
    let info = call.this_or_first::<AddressInfo>()?;
    Ok(info.address.family().map_or(0, |family| family.domain()).into())
}

/// `ai:socktype()`.
fn socktype(call: Call<'_>) -> Outcome<'_> {
    Ok(call.this_or_first::<AddressInfo>()?.kind.into())
}

/// `ai:protocol()`.
fn protocol(call: Call<'_>) -> Outcome<'_> {
    Ok(call.this_or_first::<AddressInfo>()?.protocol.into())
}

/// `ai:canonname()`: nil where it was not asked for.
fn canonname(call: Call<'_>) -> Outcome<'_> {
    let info = call.this_or_first::<AddressInfo>()?;
    Ok(info.canonical_name.as_deref().map_or(Value::Nil, Value::Bytes).into())
}

/// `ai:addr()`: `{ip =, port =}` or `{path =}`.
fn addr(mut call: Call<'_>) -> Outcome<'_> {
    let address = call.this_or_first::<AddressInfo>()?.address;
    let host = Host::of(&address).map(|host| host.to_string());
    let path = address.unix_name_bytes().map(|name| name.to_bytes());
    let parts = call.build(|builder| {
        builder.table(|table| {
            if let Some(host) = &host {
                table.field("ip", |field| field.bytes(host.as_bytes()));
                table.field("port", |field| {
                    field.integer(address.port().unwrap_or_default().into());
                });
            }
            if let Some(path) = &path {
                table.field("path", |field| field.bytes(path));
            }
        });
    })?;
    Ok(parts.into())
}

/// `ai:nameinfo([flag, ...])`: `{host =, serv =, service =}`.
fn nameinfo(call: Call<'_>) -> Outcome<'_> {
    let flags = call.flags_from(1)? & !NI_WITHSCOPEID;
    let address = call.this_or_first::<AddressInfo>()?.address;
    drive(call, ServiceName::new(address, flags), Timeout::Never, |call, found| {
        reply(call, found, |mut call, (host, service)| {
            let names = call.build(|builder| {
                builder.table(|table| {
                    table.field("host", |field| field.bytes(&host));
                    table.field("serv", |field| field.bytes(&service));
                    table.field("service", |field| field.bytes(&service));
                });
            })?;
            Ok(names.into())
        })
    })
}

fn tostring(call: Call<'_>) -> Outcome<'_> {
    let address = call.address_of_this();
    Ok(call.text(format_args!("{}: {address:p}", CLASS.name)).into())
}
