//! The network interfaces of the machine.

use crate::{Address, Error, sys};

/// An interface with one of its addresses, as `getifaddrs(3)` lists them: an interface comes once
/// for each address that it has.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Interface {
    /// The name, `eth0`.
    pub name: Vec<u8>,
    /// The flags of `netdevice(7)`: `IFF_UP` and so on.
    pub flags: u32,
    /// An IPv4 or IPv6 address. An interface can have none.
    pub address: Option<Address>,
    /// The netmask of that address.
    pub netmask: Option<Address>,
    /// The interface in the link layer, in one entry of each interface (`packet(7)`).
    pub link: Option<Link>,
}

/// An interface in the link layer.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Link {
    /// The index of the interface.
    pub index: u32,
    /// The type of hardware, `ARPHRD_ETHER` and so on.
    pub hardware: u16,
    /// The hardware address: six bytes for Ethernet.
    pub address: Vec<u8>,
}

/// Every interface with every address, in the system's order.
///
/// # Errors
/// That of `getifaddrs(3)`.
pub fn interfaces() -> Result<Vec<Interface>, Error> {
    let mut list = Vec::new();
    sys::interfaces(|interface| list.push(interface))
        .map_err(|errno| errno.during("getifaddrs"))?;
    Ok(list)
}
