//! Names to addresses and back, through the system's resolver.

use super::{Operation, Patience, Progress, Wait};
use crate::names::{self, NameInfo};
use crate::{Address, Error, Family, Kind, Scratch};

/// Looks a host and a service up, `getaddrinfo(3)`. The output is each address once, in the
/// resolver's order.
///
/// The system's resolver cannot be asked to return at once: an attempt takes the time that it
/// takes.
#[derive(Debug)]
pub struct LookUp {
    host: Option<Vec<u8>>,
    service: Vec<u8>,
    kind: Kind,
    family: Option<Family>,
}

impl LookUp {
    /// Looks `host` up, for sockets of `kind`. `service` is a port number or a name of
    /// `services(5)`; an empty one is port 0.
    #[must_use]
    pub fn new(host: &[u8], service: &[u8], kind: Kind) -> LookUp {
        LookUp { host: Some(host.to_vec()), service: service.to_vec(), kind, family: None }
    }

    /// Looks for addresses of one family only.
    #[must_use]
    pub fn of_family(mut self, family: Family) -> LookUp {
        self.family = Some(family);
        self
    }

    /// The wildcard addresses, to bind to.
    #[must_use]
    pub fn wildcard(service: &[u8], kind: Kind) -> LookUp {
        LookUp { host: None, service: service.to_vec(), kind, family: None }
    }
}

impl Operation for LookUp {
    const NAME: &'static str = "getaddrinfo";
    type Output = Vec<Address>;

    fn attempt(
        &mut self,
        _scratch: &mut Scratch,
        _patience: Patience<'_>,
    ) -> Result<Progress<Vec<Address>>, Error> {
        names::look_up(self.host.as_deref(), &self.service, self.kind, self.family)
            .map(Progress::Done)
    }

    fn waits_for(&self) -> Wait<'_> {
        Wait::Any(&[])
    }
}

/// Looks the host and port of an address up, `getnameinfo(3)`. Like [`LookUp`], it takes the time
/// that it takes, unless it is numeric.
#[derive(Debug)]
pub struct NameOf {
    address: Address,
    numeric_host: bool,
}

impl NameOf {
    /// Looks `address` up; `numeric_host` asks for no name.
    #[must_use]
    pub const fn new(address: Address, numeric_host: bool) -> NameOf {
        NameOf { address, numeric_host }
    }
}

impl Operation for NameOf {
    const NAME: &'static str = "getnameinfo";
    type Output = NameInfo;

    fn attempt(
        &mut self,
        _scratch: &mut Scratch,
        _patience: Patience<'_>,
    ) -> Result<Progress<NameInfo>, Error> {
        names::name_of(&self.address, self.numeric_host).map(Progress::Done)
    }

    fn waits_for(&self) -> Wait<'_> {
        Wait::Any(&[])
    }
}
