//! The resolver's whole answers.

use super::{Operation, Patience, Progress, Wait};
use crate::address_info::{resolve, service_name};
use crate::{Address, AddressInfo, Error, ResolveHints, Scratch};

/// Looks a host and a service up, `getaddrinfo(3)`. The output is the resolver's own list.
///
/// The system's resolver cannot be asked to return at once: an attempt takes the time that it
/// takes.
#[derive(Debug)]
pub struct Resolve {
    host: Option<Vec<u8>>,
    service: Option<Vec<u8>>,
    hints: ResolveHints,
}

impl Resolve {
    /// Looks up what may be missing, but not both.
    #[must_use]
    pub fn new(host: Option<&[u8]>, service: Option<&[u8]>, hints: ResolveHints) -> Resolve {
        Resolve { host: host.map(<[u8]>::to_vec), service: service.map(<[u8]>::to_vec), hints }
    }
}

impl Operation for Resolve {
    const NAME: &'static str = "getaddrinfo";
    type Output = Vec<AddressInfo>;

    fn attempt(
        &mut self,
        _scratch: &mut Scratch,
        _patience: Patience<'_>,
    ) -> Result<Progress<Vec<AddressInfo>>, Error> {
        resolve(self.host.as_deref(), self.service.as_deref(), self.hints).map(Progress::Done)
    }

    fn waits_for(&self) -> Wait<'_> {
        Wait::Any(&[])
    }
}

/// Looks the names of an address up, `getnameinfo(3)`: the output is host and service.
#[derive(Debug)]
pub struct ServiceName {
    address: Address,
    flags: i32,
}

impl ServiceName {
    /// Looks `address` up; `flags` are `NI_NUMERICHOST` and so on.
    #[must_use]
    pub const fn new(address: Address, flags: i32) -> ServiceName {
        ServiceName { address, flags }
    }
}

impl Operation for ServiceName {
    const NAME: &'static str = "getnameinfo";
    type Output = (Vec<u8>, Vec<u8>);

    fn attempt(
        &mut self,
        _scratch: &mut Scratch,
        _patience: Patience<'_>,
    ) -> Result<Progress<(Vec<u8>, Vec<u8>)>, Error> {
        service_name(&self.address, self.flags).map(Progress::Done)
    }

    fn waits_for(&self) -> Wait<'_> {
        Wait::Any(&[])
    }
}
