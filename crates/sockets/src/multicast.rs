//! Membership in multicast groups, for IPv4 and IPv6 alike (RFC 3678, protocol-independent API).

use crate::options::{DOMAIN, TYPE};
use crate::{Address, Descriptor, Error, Family, sys};

/// A change of a socket's membership in a group, `ip(7)` and `ipv6(7)`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(i32)]
pub enum Membership {
    /// Receive what any source sends to the group.
    Join = sys::linux::MCAST_JOIN_GROUP,
    /// Receive nothing more.
    Leave = sys::linux::MCAST_LEAVE_GROUP,
    /// Receive what one source sends to the group.
    JoinSource = sys::linux::MCAST_JOIN_SOURCE_GROUP,
    /// Receive nothing more from that source.
    LeaveSource = sys::linux::MCAST_LEAVE_SOURCE_GROUP,
    /// Of a group that was joined for all sources, do not receive this one.
    BlockSource = sys::linux::MCAST_BLOCK_SOURCE,
    /// Receive that source again.
    UnblockSource = sys::linux::MCAST_UNBLOCK_SOURCE,
}

impl Descriptor {
    /// The family of a socket that can send to groups and be a member of them: IPv4 or IPv6, and no
    /// stream.
    ///
    /// # Errors
    /// `EOPNOTSUPP` for another socket, and that of `getsockopt(2)`.
    pub fn multicast_family(self) -> Result<Family, Error> {
        let family = Family::from_domain(self.option(&DOMAIN)?);
        match family {
            Some(family @ (Family::Inet | Family::Inet6))
                if self.option(&TYPE)? != libc::SOCK_STREAM =>
            {
                Ok(family)
            }
            _ => Err(crate::Errno::OPNOTSUPP.during("setsockopt")),
        }
    }

    /// Changes the membership in `group` on the interface with the given index, 0 for the one that
    /// the system chooses. `source` goes with the changes that name one.
    ///
    /// # Errors
    /// That of `setsockopt(2)`; `EOPNOTSUPP` for a group that is no IP address.
    pub fn change_membership(
        self,
        change: Membership,
        group: &Address,
        source: Option<&Address>,
        interface: u32,
    ) -> Result<(), Error> {
        let level = match group.family() {
            Some(Family::Inet) => libc::IPPROTO_IP,
            Some(Family::Inet6) => libc::IPPROTO_IPV6,
            Some(Family::Unix) | None => return Err(crate::Errno::OPNOTSUPP.during("setsockopt")),
        };
        // `struct group_req` and `struct group_source_req`: the index of the interface, aligned as
        // the addresses that follow it, each in a `struct sockaddr_storage`.
        let mut request = vec![0; size_of::<u64>()];
        request[..size_of::<u32>()].copy_from_slice(&interface.to_ne_bytes());
        for address in [Some(group), source].into_iter().flatten() {
            let start = request.len();
            request.extend_from_slice(address.as_bytes());
            request.resize(start + size_of::<libc::sockaddr_storage>(), 0);
        }
        sys::set_option(self, level, change as i32, &request)
            .map_err(|errno| errno.during("setsockopt"))
    }
}
