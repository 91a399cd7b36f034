//! Socket addresses: the native bytes of a `struct sockaddr`, and what they mean.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::mem::offset_of;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::ops::Range;

use crate::Errno;

/// The families of addresses that Moonwire knows.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Family {
    /// IPv4, `ip(7)`.
    Inet,
    /// IPv6, `ipv6(7)`.
    Inet6,
    /// Local sockets, `unix(7)`.
    Unix,
}

/// Where the parts of an address lie in its native bytes.
struct Layout {
    domain: libc::c_int,
    family: Family,
    /// The smallest and the largest length that the kernel takes.
    lengths: (usize, usize),
}

const LAYOUTS: [Layout; 3] = [
    Layout {
        domain: libc::AF_INET,
        family: Family::Inet,
        lengths: (size_of::<libc::sockaddr_in>(), size_of::<libc::sockaddr_in>()),
    },
    Layout {
        domain: libc::AF_INET6,
        family: Family::Inet6,
        lengths: (size_of::<libc::sockaddr_in6>(), size_of::<libc::sockaddr_in6>()),
    },
    Layout {
        domain: libc::AF_UNIX,
        family: Family::Unix,
        lengths: (FAMILY.end, size_of::<libc::sockaddr_un>()),
    },
];

const FAMILY: Range<usize> = 0..size_of::<libc::sa_family_t>();
const PORT: Range<usize> = range(offset_of!(libc::sockaddr_in, sin_port), 2);
const IPV4_ADDRESS: Range<usize> = range(offset_of!(libc::sockaddr_in, sin_addr), 4);
const IPV6_ADDRESS: Range<usize> = range(offset_of!(libc::sockaddr_in6, sin6_addr), 16);
const IPV6_SCOPE: Range<usize> = range(offset_of!(libc::sockaddr_in6, sin6_scope_id), 4);
/// Where the path of a unix address begins.
const PATH: usize = FAMILY.end;
const STORAGE_LENGTH: usize = size_of::<libc::sockaddr_storage>();

const fn range(start: usize, length: usize) -> Range<usize> {
    start..start + length
}

// Both families have the port at the same place.
const _: () = assert!(PORT.start == offset_of!(libc::sockaddr_in6, sin6_port));

impl Family {
    fn layout(self) -> &'static Layout {
        match self {
            Family::Inet => &LAYOUTS[0],
            Family::Inet6 => &LAYOUTS[1],
            Family::Unix => &LAYOUTS[2],
        }
    }

    /// The name that programs know it by: `inet`, `inet6` or `unix`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Family::Inet => "inet",
            Family::Inet6 => "inet6",
            Family::Unix => "unix",
        }
    }

    /// The family with this number, if Moonwire knows it.
    #[must_use]
    pub fn from_domain(domain: i32) -> Option<Family> {
        LAYOUTS.iter().find(|layout| layout.domain == domain).map(|layout| layout.family)
    }

    /// The address family's number, `AF_INET` and so on.
    #[must_use]
    pub fn domain(self) -> i32 {
        self.layout().domain
    }
}

/// The address of a socket, as the bytes of the native `struct sockaddr` of its family.
///
/// There are exactly as many bytes as the address has, so a reader of the slice reads nothing else.
#[derive(Clone, Copy)]
#[repr(C, align(8))]
pub struct Address {
    storage: [u8; STORAGE_LENGTH],
    length: u32,
}

/// Why bytes or a text are no address.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ParseAddressError(pub Errno);

impl fmt::Display for ParseAddressError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl std::error::Error for ParseAddressError {}

impl Address {
    fn new(family: Family, length: usize) -> Address {
        let mut address = Address { storage: [0; STORAGE_LENGTH], length: length as u32 };
        address.put(FAMILY, &(family.domain() as libc::sa_family_t).to_ne_bytes());
        address
    }

    fn put(&mut self, place: Range<usize>, bytes: &[u8]) {
        self.storage[place].copy_from_slice(bytes);
    }

    fn part<const N: usize>(&self, place: Range<usize>) -> [u8; N] {
        let mut part = [0; N];
        part.copy_from_slice(&self.storage[place]);
        part
    }

    /// The address of a socket that has none: no bytes.
    #[must_use]
    pub const fn unnamed() -> Address {
        Address { storage: [0; STORAGE_LENGTH], length: 0 }
    }

    /// An IPv4 address and port: 16 bytes.
    #[must_use]
    pub fn ipv4(ip: Ipv4Addr, port: u16) -> Address {
        let mut address = Address::new(Family::Inet, Family::Inet.layout().lengths.1);
        address.put(PORT, &port.to_be_bytes());
        address.put(IPV4_ADDRESS, &ip.octets());
        address
    }

    /// An IPv6 address and port: 28 bytes. `scope` is the index of the interface that a link-local
    /// address belongs to, 0 for none.
    #[must_use]
    pub fn ipv6(ip: Ipv6Addr, port: u16, scope: u32) -> Address {
        let mut address = Address::new(Family::Inet6, Family::Inet6.layout().lengths.1);
        address.put(PORT, &port.to_be_bytes());
        address.put(IPV6_ADDRESS, &ip.octets());
        address.put(IPV6_SCOPE, &scope.to_ne_bytes());
        address
    }

    /// A unix address in the file system.
    ///
    /// # Errors
    /// `ENAMETOOLONG` where the path and its NUL do not fit; `EINVAL` where it is empty or holds a
    /// NUL.
    pub fn unix_path(path: &[u8]) -> Result<Address, ParseAddressError> {
        if path.is_empty() || path.contains(&0) {
            return Err(ParseAddressError(Errno::INVAL));
        }
        Address::unix(path, 1)
    }

    /// A unix address in the abstract name space (Linux): exactly these bytes, none added.
    ///
    /// # Errors
    /// `ENAMETOOLONG` where the name does not fit.
    pub fn unix_abstract(name: &[u8]) -> Result<Address, ParseAddressError> {
        let mut bytes = Vec::with_capacity(name.len() + 1);
        bytes.push(0);
        bytes.extend_from_slice(name);
        Address::unix(&bytes, 0)
    }

    /// A unix address from its name as people write it: a path, or `@` and an abstract name.
    ///
    /// # Errors
    /// As [`unix_path`](Self::unix_path) and [`unix_abstract`](Self::unix_abstract).
    pub fn unix_name(name: &[u8]) -> Result<Address, ParseAddressError> {
        match name {
            [b'@', name @ ..] => Address::unix_abstract(name),
            path => Address::unix_path(path),
        }
    }

    fn unix(name: &[u8], terminator: usize) -> Result<Address, ParseAddressError> {
        let end = PATH + name.len();
        if end + terminator > Family::Unix.layout().lengths.1 {
            return Err(ParseAddressError(Errno::NAMETOOLONG));
        }
        let mut address = Address::new(Family::Unix, end + terminator);
        address.put(PATH..end, name);
        Ok(address)
    }

    /// An address from its native bytes. An IPv4 or IPv6 address is cut to the length that its
    /// family has; a unix path can come with or without trailing NULs.
    ///
    /// # Errors
    /// `EAFNOSUPPORT` for another family, `EINVAL` for too few bytes or a path with a NUL inside,
    /// `ENAMETOOLONG` for a unix name that the system cannot hold.
    #[inline(always)]
    pub fn from_bytes(bytes: &[u8]) -> Result<Address, ParseAddressError> {
        const IPV4: [u8; 2] = (libc::AF_INET as libc::sa_family_t).to_ne_bytes();
        const LENGTH: usize = size_of::<libc::sockaddr_in>();
        match bytes.first_chunk::<LENGTH>() {
            // By far the most frequent family: this much is inlined.
            Some(ipv4) if ipv4.starts_with(&IPV4) => {
                let mut address = Address { storage: [0; STORAGE_LENGTH], length: LENGTH as u32 };
                address.storage[..LENGTH].copy_from_slice(ipv4);
                Ok(address)
            }
            _ => Address::from_other_bytes(bytes),
        }
    }

    #[inline(never)]
    fn from_other_bytes(bytes: &[u8]) -> Result<Address, ParseAddressError> {
        let Some(family) = bytes.get(FAMILY).and_then(|family| family.try_into().ok()) else {
            return Err(ParseAddressError(Errno::INVAL));
        };
        let domain = i32::from(libc::sa_family_t::from_ne_bytes(family));
        let Some(layout) = LAYOUTS.iter().find(|layout| layout.domain == domain) else {
            return Err(ParseAddressError(Errno::AFNOSUPPORT));
        };
        if bytes.len() < layout.lengths.0 {
            return Err(ParseAddressError(Errno::INVAL));
        }
        match (layout.family, &bytes[PATH..]) {
            (Family::Unix, []) => Ok(Address::new(Family::Unix, PATH)),
            (Family::Unix, [0, name @ ..]) => Address::unix_abstract(name),
            (Family::Unix, path) => {
                let end = path.iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1);
                Address::unix_path(&path[..end])
            }
            (family, _) => {
                let length = layout.lengths.1;
                let mut address = Address::new(family, length);
                address.put(0..length, &bytes[..length]);
                Ok(address)
            }
        }
    }

    /// An address as the kernel has written it. A peer without a name can have no bytes at all.
    pub(crate) fn from_kernel(storage: &AddressStorage, length: usize) -> Address {
        Address { storage: storage.0, length: length.min(STORAGE_LENGTH) as u32 }
    }

    /// The native bytes, as long as the address is.
    #[must_use]
    #[inline]
    pub fn as_bytes(&self) -> &[u8] {
        &self.storage[..self.length as usize]
    }

    /// The family, `None` for one that Moonwire does not know and for the address of a peer that
    /// has none.
    #[must_use]
    pub fn family(&self) -> Option<Family> {
        let family = self.as_bytes().get(FAMILY)?.try_into().ok()?;
        let domain = i32::from(libc::sa_family_t::from_ne_bytes(family));
        let layout = LAYOUTS.iter().find(|layout| layout.domain == domain)?;
        (self.as_bytes().len() >= layout.lengths.0).then_some(layout.family)
    }

    /// The IP address, where it has one.
    #[must_use]
    pub fn ip(&self) -> Option<IpAddr> {
        match self.family()? {
            Family::Inet => Some(Ipv4Addr::from(self.part::<4>(IPV4_ADDRESS)).into()),
            Family::Inet6 => Some(Ipv6Addr::from(self.part::<16>(IPV6_ADDRESS)).into()),
            Family::Unix => None,
        }
    }

    /// The port of an IP address.
    #[must_use]
    pub fn port(&self) -> Option<u16> {
        self.ip().map(|_| u16::from_be_bytes(self.part(PORT)))
    }

    /// The index of the interface that an IPv6 address is bound to, 0 for none.
    #[must_use]
    pub fn scope(&self) -> Option<u32> {
        (self.family() == Some(Family::Inet6)).then(|| u32::from_ne_bytes(self.part(IPV6_SCOPE)))
    }

    /// The IPv4 address that an IPv6 socket sees as `::ffff:127.0.0.1` (RFC 4291, section 2.5.5.2);
    /// any other address as it is.
    #[must_use]
    pub fn unmapped(self) -> Address {
        match (self.ip(), self.port()) {
            (Some(IpAddr::V6(ip)), Some(port)) => {
                ip.to_ipv4_mapped().map_or(self, |ip| Address::ipv4(ip, port))
            }
            _ => self,
        }
    }

    /// The address as a socket of `family` takes it: an IPv4 address becomes one of IPv6 where that
    /// is wanted, any other stays as it is.
    #[must_use]
    pub fn mapped_for(self, family: Family) -> Address {
        match (self.ip(), self.port(), family) {
            (Some(IpAddr::V4(ip)), Some(port), Family::Inet6) => {
                Address::ipv6(ip.to_ipv6_mapped(), port, 0)
            }
            _ => self,
        }
    }

    /// The name of a unix address.
    #[must_use]
    pub fn unix_name_bytes(&self) -> Option<UnixName<'_>> {
        if self.family() != Some(Family::Unix) {
            return None;
        }
        Some(match &self.as_bytes()[PATH..] {
            [] => UnixName::Unnamed,
            [0, name @ ..] => UnixName::Abstract(name),
            path => {
                // The kernel counts the NUL where the socket that bound the path did.
                let end = path.iter().position(|byte| *byte == 0).unwrap_or(path.len());
                UnixName::Path(&path[..end])
            }
        })
    }
}

/// The name of a unix socket.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum UnixName<'a> {
    /// The socket was never bound.
    Unnamed,
    /// A path in the file system, without its NUL.
    Path(&'a [u8]),
    /// A name in the abstract name space, without the NUL that marks it.
    Abstract(&'a [u8]),
}

impl UnixName<'_> {
    /// The name as people write it: the path, `@` and the abstract name, or nothing.
    #[must_use]
    pub fn to_bytes(self) -> Vec<u8> {
        match self {
            UnixName::Unnamed => Vec::new(),
            UnixName::Path(path) => path.to_vec(),
            UnixName::Abstract(name) => [b"@", name].concat(),
        }
    }
}

impl PartialEq for Address {
    fn eq(&self, other: &Self) -> bool {
        self.as_bytes() == other.as_bytes()
    }
}

impl Eq for Address {}

impl Hash for Address {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.as_bytes().hash(state);
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.ip(), self.port(), self.unix_name_bytes()) {
            (Some(IpAddr::V6(ip)), Some(port), _) => write!(f, "[{ip}]:{port}"),
            (Some(ip), Some(port), _) => write!(f, "{ip}:{port}"),
            (_, _, Some(name)) => write!(f, "unix:{}", name.to_bytes().escape_ascii()),
            _ => write!(f, "{:?}", self.as_bytes()),
        }
    }
}

/// Memory for any address, aligned as the kernel's own.
#[repr(C, align(8))]
pub(crate) struct AddressStorage([u8; STORAGE_LENGTH]);

impl AddressStorage {
    pub(crate) const fn new() -> AddressStorage {
        AddressStorage([0; STORAGE_LENGTH])
    }

    pub(crate) const fn len(&self) -> usize {
        self.0.len()
    }

    pub(crate) fn as_mut_ptr(&mut self) -> *mut u8 {
        self.0.as_mut_ptr()
    }
}
