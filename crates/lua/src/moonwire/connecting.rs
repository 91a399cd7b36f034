//! Streams on their way to a connection.

use moonwire_sockets::Kind;
use moonwire_sockets::operation::Race;

use super::addresses::Place;
use super::failure::failure;
use super::settings::{BIND, Settings, TIMEOUT};
use super::stream::StreamObject;
use crate::drive::drive;
use crate::native::{Call, Outcome};

/// `connect(address [, options])`.
pub(super) fn connect(mut call: Call<'_>) -> Outcome<'_> {
    let place = Place::remote_at(&call, 1, Kind::Stream)?;
    let settings = Settings::at(&mut call, 2, Kind::Stream, &[TIMEOUT, BIND])?;
    let whole = settings.timeout;
    place.find(call, "connect", Kind::Stream, None, whole, move |call, place, addresses, left| {
        let race = Race::new(addresses, move |address, mode| settings.open_for(address, mode));
        drive(call, race, left, move |mut call, connected| match connected {
            Ok((socket, peer)) => Ok(call.object(StreamObject::new(socket, &peer, whole))?.into()),
            Err(error) => failure(call, "connect", &place.subject(), error),
        })
    })
}
