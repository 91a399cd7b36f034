//! Look-ups with the system's resolver: from names to addresses and back.
//!
//! The resolver has no non-blocking mode. With a driver that parks the thread, the attempt calls the resolver. With an
//! event loop, a thread of its [`Lookups`](crate::Lookups) does.

use super::{EventLoop, Operation, Patience, Progress, Wait};
use crate::lookups::{Answer, Asking, Question};
use crate::{Address, AddressInfo, Error, Family, Kind, NameInfo, ResolveHints, Scratch};

/// A question to the resolver, and the state of the look-up.
#[derive(Debug)]
struct Query {
    question: Question,
    asking: Asking,
}

impl From<Question> for Query {
    fn from(question: Question) -> Query {
        Query { question, asking: Asking::default() }
    }
}

impl Query {
    fn attempt<T>(
        &mut self,
        patience: &Patience<'_, impl EventLoop>,
        take: impl FnOnce(Answer) -> Option<T>,
    ) -> Result<Progress<T>, Error> {
        let answer = match patience {
            Patience::Loop(event_loop) => self.asking.answer(event_loop.lookups(), &self.question),
            Patience::None | Patience::Kernel(_) => Some(self.question.answer()),
        };
        match answer {
            // `take` returns `None` for another kind of answer only.
            Some(answer) => Ok(take(answer?).map_or(Progress::Waiting, Progress::Done)),
            None => Ok(Progress::Waiting),
        }
    }

    fn waits_for(&self) -> Wait<'_> {
        self.asking.lookup().map_or(Wait::Any(&[]), Wait::Lookup)
    }
}

/// Defines the operations, which differ in their question and answer only.
macro_rules! questions {
    ($($(#[$docs:meta])* $operation:ident, $name:literal, $variant:ident => $output:ty;)*) => {$(
        $(#[$docs])*
        #[derive(Debug)]
        pub struct $operation(Query);

        impl Operation for $operation {
            const NAME: &'static str = $name;
            type Output = $output;

            fn attempt(
                &mut self,
                _scratch: &mut Scratch,
                patience: Patience<'_, impl EventLoop>,
            ) -> Result<Progress<$output>, Error> {
                self.0.attempt(&patience, |answer| match answer {
                    Answer::$variant(answer) => Some(answer),
                    _ => None,
                })
            }

            fn waits_for(&self) -> Wait<'_> {
                self.0.waits_for()
            }
        }
    )*};
}

questions! {
    /// Looks a host and a service up, `getaddrinfo(3)`. The output is each address once, in the
    /// resolver's order.
    LookUp, "getaddrinfo", Addresses => Vec<Address>;
    /// Looks a host and a service up, `getaddrinfo(3)`. The output is the resolver's own list.
    Resolve, "getaddrinfo", AddressInfos => Vec<AddressInfo>;
    /// Looks the host and port of an address up, `getnameinfo(3)`. Numbers need no resolver.
    NameOf, "getnameinfo", Name => NameInfo;
    /// Looks the names of an address up, `getnameinfo(3)`: the output is host and service.
    ServiceName, "getnameinfo", Service => (Vec<u8>, Vec<u8>);
}

impl LookUp {
    /// Looks `host` up, for sockets of `kind`. `service` is a port number or a name of
    /// `services(5)`; an empty one is port 0.
    #[must_use]
    pub fn new(host: &[u8], service: &[u8], kind: Kind) -> LookUp {
        LookUp::of(Some(host.to_vec()), service, kind)
    }

    /// Limits the look-up to addresses of one family.
    #[must_use]
    pub fn of_family(mut self, wanted: Family) -> LookUp {
        if let Question::Addresses { family, .. } = &mut self.0.question {
            *family = Some(wanted);
        }
        self
    }

    /// The wildcard addresses, to bind to.
    #[must_use]
    pub fn wildcard(service: &[u8], kind: Kind) -> LookUp {
        LookUp::of(None, service, kind)
    }

    fn of(host: Option<Vec<u8>>, service: &[u8], kind: Kind) -> LookUp {
        let service = service.to_vec();
        LookUp(Question::Addresses { host, service, kind, family: None }.into())
    }
}

impl Resolve {
    /// Looks up `host` and `service`, of which one can be missing.
    #[must_use]
    pub fn new(host: Option<&[u8]>, service: Option<&[u8]>, hints: ResolveHints) -> Resolve {
        let (host, service) = (host.map(<[u8]>::to_vec), service.map(<[u8]>::to_vec));
        Resolve(Question::AddressInfos { host, service, hints }.into())
    }
}

impl NameOf {
    /// Looks `address` up. With `numeric_host`, the host of the output is a number.
    #[must_use]
    pub fn new(address: Address, numeric_host: bool) -> NameOf {
        NameOf(Question::Name { address, numeric_host }.into())
    }
}

impl ServiceName {
    /// Looks `address` up; `flags` are `NI_NUMERICHOST` and so on.
    #[must_use]
    pub fn new(address: Address, flags: i32) -> ServiceName {
        ServiceName(Question::Service { address, flags }.into())
    }
}
