//! Tables of options, which sockets are made with.

use moonwire_sockets::{Address, Errno, Error, Family, Kind, Mode, Socket, Timeout};

use super::addresses::Place;
use super::options::{NamedOption, OPTIONS, Setting};
use crate::convert::unknown_option;
use crate::native::{Call, Raise, UnknownField};

/// What a table of options says.
pub(super) struct Settings {
    pub(super) timeout: Timeout,
    pub(super) backlog: i32,
    /// The socket's own address.
    pub(super) bind: Option<Place>,
    /// The peer of a datagram socket.
    pub(super) connect: Option<Place>,
    options: Vec<Setting>,
}

pub(super) const TIMEOUT: &str = "timeout";
pub(super) const BACKLOG: &str = "backlog";
pub(super) const BIND: &str = "bind";
pub(super) const CONNECT: &str = "connect";

impl Settings {
    /// The table in an argument, which may be missing. Beside the options of sockets it may have the
    /// fields in `more`.
    pub(super) fn at(
        call: &mut Call<'_>,
        index: usize,
        kind: Kind,
        more: &'static [&'static str],
    ) -> Result<Settings, Raise> {
        let mut settings = Settings {
            timeout: Timeout::Never,
            backlog: Socket::LARGEST_BACKLOG,
            bind: None,
            connect: None,
            options: Vec::new(),
        };
        if call.is_none_or_nil(index) {
            return Ok(settings);
        }
        let names = more.iter().copied().chain(OPTIONS.iter().map(|option| option.name));
        let problem = |text| move |_| Raise::argument(index, text);
        let known = call.each_field(index, names, |name, value| {
            match name {
                TIMEOUT => {
                    settings.timeout = call
                        .timeout_seconds(value, Timeout::Never)
                        .map_err(problem("option 'timeout' must be a number of seconds"))?;
                }
                BACKLOG => {
                    settings.backlog = call
                        .small_integer(value, "")
                        .map_err(problem("option 'backlog' must be an integer"))?;
                }
                BIND => {
                    let place = Place::at(call, value, kind)
                        .map_err(problem("option 'bind' must be an address"))?;
                    if let Place::Name(..) = place {
                        let text = "option 'bind' must be an address in numbers";
                        return Err(Raise::argument(index, text));
                    }
                    settings.bind = Some(place);
                }
                CONNECT => {
                    let place = Place::remote_at(call, value, kind)
                        .map_err(problem("option 'connect' must be an address"))?;
                    settings.connect = Some(place);
                }
                name => {
                    let option = NamedOption::named(name.as_bytes());
                    let setting = option.map(|option| option.setting_in(call, index, value));
                    settings.options.extend(setting.transpose()?);
                }
            }
            Ok(())
        })?;
        refuse_unknown(call, index, known)?;
        Ok(settings)
    }

    /// Sets the options of a socket.
    pub(super) fn apply(&self, socket: &Socket) -> Result<(), Error> {
        self.options.iter().try_for_each(|setting| setting.apply(socket.descriptor()))
    }

    /// Binds a socket of `family` to the address that is asked for.
    pub(super) fn bind(&self, socket: &Socket, family: Family) -> Result<(), Error> {
        let Some(place) = &self.bind else {
            return Ok(());
        };
        let addresses = place.known().transpose()?.unwrap_or_default();
        let fitting = addresses.iter().find(|address| address.family() == Some(family));
        socket.bind(fitting.ok_or(Errno::AFNOSUPPORT.during("bind"))?)
    }

    /// A stream socket that is about to be connected to `address`.
    pub(super) fn open_for(&self, address: &Address, mode: Mode) -> Result<Socket, Error> {
        let family = address.family().ok_or(Errno::AFNOSUPPORT.during("socket"))?;
        let socket = Socket::in_mode(family, Kind::Stream, mode)?;
        self.apply(&socket)?;
        self.bind(&socket, family)?;
        Ok(socket)
    }
}

/// The error for a table of options with a field that is none.
pub(super) fn refuse_unknown(
    call: &mut Call<'_>,
    index: usize,
    known: Result<(), UnknownField>,
) -> Result<(), Raise> {
    match known {
        Ok(()) => Ok(()),
        Err(UnknownField(Some(name))) => Err(unknown_option(call, index, &name)),
        Err(UnknownField(None)) => Err(Raise::argument(index, "names of options are strings")),
    }
}
