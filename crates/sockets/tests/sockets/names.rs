//! The system's resolver, on names that every machine has.

use std::net::Ipv6Addr;

use crate::support::SOON;
use moonwire_sockets::operation::{LookUp, NameOf};
use moonwire_sockets::{
    Address, Cause, Errno, Error, Kind, NameInfo, Scratch, block_on, interface_index, parse_ipv6,
};

fn look_up(host: &[u8], service: &[u8]) -> Result<Vec<Address>, Error> {
    block_on(LookUp::new(host, service, Kind::Stream), SOON, &mut Scratch::new())
}

#[test]
fn a_literal_is_its_address() {
    let expected = vec![Address::ipv4([127, 0, 0, 1].into(), 80)];
    assert_eq!(look_up(b"127.0.0.1", b"80"), Ok(expected.clone()));
    assert_eq!(look_up(b"127.0.0.1", b"http"), Ok(expected));
    assert_eq!(look_up(b"::1", b""), Ok(vec![Address::ipv6(Ipv6Addr::LOCALHOST, 0, 0)]));
}

#[test]
fn each_address_of_a_name_comes_once() -> Result<(), Error> {
    let addresses = look_up(b"localhost", b"80")?;
    assert!(addresses.iter().all(|address| address.ip().is_some_and(|ip| ip.is_loopback())));
    for (index, address) in addresses.iter().enumerate() {
        assert!(!addresses[..index].contains(address), "{address:?} twice");
    }
    assert!(!addresses.is_empty());
    Ok(())
}

#[test]
fn the_wildcard_is_there_to_bind_to() -> Result<(), Error> {
    let wildcard = LookUp::wildcard(b"80", Kind::Stream);
    let addresses = block_on(wildcard, SOON, &mut Scratch::new())?;
    assert!(addresses.iter().all(|address| address.ip().is_some_and(|ip| ip.is_unspecified())));
    assert!(addresses.iter().all(|address| address.port() == Some(80)));
    Ok(())
}

#[test]
fn what_the_resolver_refuses_keeps_its_code() {
    let refused = look_up(b"256.256.256.256", b"80").map_err(|error| error.cause);
    assert!(matches!(refused, Err(Cause::Resolver(code)) if code < 0), "{refused:?}");
    let service = look_up(b"127.0.0.1", b"no-such-service").map_err(|error| error.cause);
    assert!(matches!(service, Err(Cause::Resolver(_))), "{service:?}");
}

#[test]
fn a_number_that_is_no_port_is_refused_and_never_cut() {
    for service in [&b"65536"[..], b"131152", b"99999999999999999999", b"+80", b" 80", b"-1"] {
        let refused = look_up(b"127.0.0.1", service).map_err(|error| error.cause);
        let text = service.escape_ascii();
        assert!(matches!(refused, Err(Cause::Resolver(_))), "{text}: {refused:?}");
    }
}

#[test]
fn a_nul_is_an_error_and_never_a_cut() {
    let invalid = Err(Errno::INVAL.during("getaddrinfo"));
    assert_eq!(look_up(b"127.0.0.1\0.example", b"80"), invalid);
    assert_eq!(look_up(b"127.0.0.1", b"8\x000"), invalid);
}

#[test]
fn names_of_addresses() -> Result<(), Error> {
    let name_of = |address| block_on(NameOf::new(address, true), SOON, &mut Scratch::new());
    let unix = Address::unix_abstract(b"name").expect("a name");
    for (address, host, port) in [
        (Address::ipv4([127, 0, 0, 1].into(), 80), "127.0.0.1", 80),
        (Address::ipv6(Ipv6Addr::LOCALHOST, 65535, 0), "::1", 65535),
        (unix, "@name", 0),
    ] {
        assert_eq!(name_of(address)?, NameInfo { host: host.into(), port });
    }
    Ok(())
}

#[test]
fn an_ipv6_address_may_name_its_interface() {
    let loopback = interface_index(b"lo").expect("every machine has a loopback interface");
    let link_local: Ipv6Addr = "fe80::1".parse().expect("a literal");
    assert_eq!(parse_ipv6(b"fe80::1"), Ok((link_local, 0)));
    assert_eq!(parse_ipv6(b"fe80::1%lo"), Ok((link_local, loopback)));
    assert_eq!(parse_ipv6(b"fe80::1%77"), Ok((link_local, 77)));
    for text in [&b""[..], b"127.0.0.1", b"fe80::1%", b"fe80::1%no-such-if", b"::1\0", b"\xff"] {
        assert!(parse_ipv6(text).is_err(), "{}", text.escape_ascii());
    }
}
