//! The machine's network interfaces.

use moonwire_sockets::{Host, Interface, interface_index, interfaces as list_interfaces};

use super::failure::reply;
use crate::native::{Builder, Call, Outcome};

/// `device.macaddrs()`: the hardware addresses by the names of the interfaces.
pub(super) fn macaddrs(call: Call<'_>) -> Outcome<'_> {
    reply(call, list_interfaces(), |mut call, list| {
        let addresses: Vec<(&[u8], String)> = list
            .iter()
            .filter_map(|interface| Some((&interface.name[..], mac_address(interface)?)))
            .collect();
        let table = call.build(|builder| {
            builder.table(|table| {
                for (name, mac) in &addresses {
                    table.field(name, |field| field.bytes(mac.as_bytes()));
                }
            });
        })?;
        Ok(table.into())
    })
}

/// The hardware address in text, if the interface has one.
fn mac_address(interface: &Interface) -> Option<String> {
    let link = interface.link.as_ref()?;
    let bytes: Vec<_> = link.address.iter().map(|byte| format!("{byte:02x}")).collect();
    (!bytes.is_empty()).then(|| bytes.join(":"))
}

/// One interface, with what its several entries tell.
struct Device {
    name: Vec<u8>,
    index: Option<u32>,
    flags: u32,
    mac: Option<String>,
    addresses: Vec<DeviceAddress>,
}

struct DeviceAddress {
    family: i32,
    ip: String,
    netmask: Option<String>,
}

/// `device.interfaces()`: a list of `{name =, index =, flags =, mac =, addresses = {...}}`.
pub(super) fn interfaces(call: Call<'_>) -> Outcome<'_> {
    reply(call, list_interfaces(), |mut call, list| {
        let devices = devices(&list);
        let table = call.build(|builder| {
            builder.table(|table| {
                table.list(&devices, |item, device| item.table(|table| fill(table, device)))
            });
        })?;
        Ok(table.into())
    })
}

fn devices(list: &[Interface]) -> Vec<Device> {
    let mut devices: Vec<Device> = Vec::new();
    for entry in list {
        let known = devices.iter().position(|device| device.name == entry.name);
        let place = known.unwrap_or_else(|| {
            devices.push(Device {
                name: entry.name.clone(),
                index: interface_index(&entry.name).ok(),
                flags: entry.flags,
                mac: None,
                addresses: Vec::new(),
            });
            devices.len() - 1
        });
        let device = &mut devices[place];
        device.mac = device.mac.take().or_else(|| mac_address(entry));
        if let Some(address) = &entry.address
            && let (Some(host), Some(family)) = (Host::of(address), address.family())
        {
            let netmask = entry.netmask.and_then(|mask| mask.ip());
            device.addresses.push(DeviceAddress {
                family: family.domain(),
                ip: host.to_string(),
                netmask: netmask.map(|mask| mask.to_string()),
            });
        }
    }
    devices
}

fn fill(table: Builder, device: &Device) {
    table.field("name", |field| field.bytes(&device.name));
    table.field("flags", |field| field.integer(device.flags.into()));
    if let Some(index) = device.index {
        table.field("index", |field| field.integer(index.into()));
    }
    if let Some(mac) = &device.mac {
        table.field("mac", |field| field.bytes(mac.as_bytes()));
    }
    table.field("addresses", |field| {
        field.table(|list| {
            list.list(&device.addresses, |item, address| {
                item.table(|table| {
                    table.field("family", |field| field.integer(address.family.into()));
                    table.field("ip", |field| field.bytes(address.ip.as_bytes()));
                    if let Some(netmask) = &address.netmask {
                        table.field("netmask", |field| field.bytes(netmask.as_bytes()));
                    }
                });
            });
        });
    });
}
