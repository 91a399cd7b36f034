//! What the system's resolver can be asked.

use crate::address_info::{resolve, service_name};
use crate::names::{self, NameInfo};
use crate::{Address, AddressInfo, Error, Family, Kind, ResolveHints};

/// A question.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub(crate) enum Question {
    /// The addresses of a host and a service, each once.
    Addresses { host: Option<Vec<u8>>, service: Vec<u8>, kind: Kind, family: Option<Family> },
    /// The resolver's own list.
    AddressInfos { host: Option<Vec<u8>>, service: Option<Vec<u8>>, hints: ResolveHints },
    /// The host and port of an address.
    Name { address: Address, numeric_host: bool },
    /// The host and service of an address.
    Service { address: Address, flags: i32 },
}

/// The answer to the question of the same name.
#[derive(Clone, Debug)]
pub(crate) enum Answer {
    Addresses(Vec<Address>),
    AddressInfos(Vec<AddressInfo>),
    Name(NameInfo),
    Service((Vec<u8>, Vec<u8>)),
}

impl Question {
    /// Asks the resolver, and waits for its answer without a limit.
    pub(crate) fn answer(&self) -> Result<Answer, Error> {
        match self {
            Question::Addresses { host, service, kind, family } => {
                names::look_up(host.as_deref(), service, *kind, *family).map(Answer::Addresses)
            }
            Question::AddressInfos { host, service, hints } => {
                resolve(host.as_deref(), service.as_deref(), *hints).map(Answer::AddressInfos)
            }
            Question::Name { address, numeric_host } => {
                names::name_of(address, *numeric_host).map(Answer::Name)
            }
            Question::Service { address, flags } => {
                service_name(address, *flags).map(Answer::Service)
            }
        }
    }

    /// Whether the answer takes neither a file nor the network: all in it is numbers, or the name of a unix
    /// socket.
    pub(crate) fn needs_no_thread(&self) -> bool {
        let is_number = |service: &[u8]| service.iter().all(u8::is_ascii_digit);
        let is_address = |host: &Option<Vec<u8>>| {
            host.as_deref().is_none_or(|host| names::literal_address(host, 0).is_some())
        };
        let is_unix = |address: &Address| address.family() == Some(Family::Unix);
        match self {
            Question::Addresses { host, service, .. } => is_number(service) && is_address(host),
            Question::AddressInfos { host, service, .. } => {
                service.as_deref().is_none_or(is_number) && is_address(host)
            }
            Question::Name { address, numeric_host } => *numeric_host || is_unix(address),
            Question::Service { address, flags } => {
                let numeric = libc::NI_NUMERICHOST | libc::NI_NUMERICSERV;
                flags & numeric == numeric || is_unix(address)
            }
        }
    }
}
