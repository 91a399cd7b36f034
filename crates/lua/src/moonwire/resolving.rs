//! Names to addresses.

use moonwire_sockets::Kind;
use moonwire_sockets::Timeout;
use moonwire_sockets::operation::LookUp;

use super::addresses::{Subject, write_address};
use super::failure::failure;
use crate::drive::drive;
use crate::native::{Call, Outcome};

/// `resolve(host [, service])`: a list of addresses.
pub(super) fn resolve(call: Call<'_>) -> Outcome<'_> {
    let host = call.bytes(1)?;
    let service = call.service(2)?;
    let look_up = LookUp::new(host, &service, Kind::Stream);
    drive(call, look_up, Timeout::Never, move |mut call, found| match found {
        Ok(addresses) => {
            let texts: Vec<Vec<u8>> = addresses
                .iter()
                .map(|address| {
                    let mut text = Vec::new();
                    write_address(address, &mut text);
                    text
                })
                .collect();
            let texts = &texts;
            let list = call.build(|builder| {
                builder.list_of(texts.len(), |item, place| item.bytes(&texts[place]));
            })?;
            Ok(list.into())
        }
        Err(error) => failure(call, "resolve", &Subject::Text(host), error),
    })
}
