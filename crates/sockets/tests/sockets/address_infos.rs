//! The resolver's whole answers, and interfaces.

use moonwire_sockets::operation::{Resolve, ServiceName};
use moonwire_sockets::{
    Address, AddressInfo, Cause, Error, Kind, ResolveHints, Scratch, Timeout, block_on,
    interface_index, interface_name, interfaces,
};

fn resolve(
    host: Option<&[u8]>,
    service: Option<&[u8]>,
    hints: ResolveHints,
) -> Result<Vec<AddressInfo>, Error> {
    block_on(Resolve::new(host, service, hints), Timeout::Never, &mut Scratch::new())
}

#[test]
fn an_address_comes_with_type_and_protocol() {
    let hints = ResolveHints { kind: Kind::Datagram.number(), ..ResolveHints::default() };
    let list = resolve(Some(b"127.0.0.1"), Some(b"53"), hints).expect("resolved");
    assert_eq!(list.len(), 1);
    assert_eq!(list[0].address, Address::ipv4([127, 0, 0, 1].into(), 53));
    assert_eq!((list[0].kind, list[0].protocol), (libc::SOCK_DGRAM, libc::IPPROTO_UDP));
    assert_eq!(list[0].canonical_name, None);
    let all = resolve(Some(b"127.0.0.1"), Some(b"53"), ResolveHints::default()).expect("resolved");
    assert!(all.len() > 1, "one for every type");
}

#[test]
fn a_canonical_name_comes_where_it_is_asked_for() {
    let flags = libc::AI_CANONNAME | libc::AI_NUMERICHOST;
    let hints = ResolveHints { flags, ..ResolveHints::default() };
    let list = resolve(Some(b"127.0.0.1"), None, hints).expect("resolved");
    assert_eq!(list[0].canonical_name.as_deref(), Some(&b"127.0.0.1"[..]));
}

#[test]
fn a_port_is_never_cut() {
    for service in [&b"65536"[..], b"99999999999999999999", b"-1", b"+1", b" 1"] {
        let error = resolve(Some(b"127.0.0.1"), Some(service), ResolveHints::default())
            .expect_err("no port");
        assert_eq!(error.cause, Cause::Resolver(libc::EAI_SERVICE), "{}", service.escape_ascii());
    }
}

#[test]
fn a_failure_is_the_resolvers() {
    let error = resolve(None, None, ResolveHints::default()).expect_err("nothing to look for");
    assert_eq!(error.cause, Cause::Resolver(libc::EAI_NONAME));
    let error = resolve(Some(b"a\0b"), None, ResolveHints::default()).expect_err("a NUL");
    assert_eq!(error.errno().map(|errno| errno.0), Some(libc::EINVAL));
}

#[test]
fn every_address_has_names() {
    let name = |address, flags| {
        block_on(ServiceName::new(address, flags), Timeout::Never, &mut Scratch::new())
    };
    let numeric = libc::NI_NUMERICHOST | libc::NI_NUMERICSERV;
    let names = name(Address::ipv4([127, 0, 0, 1].into(), 80), numeric);
    assert_eq!(names, Ok((b"127.0.0.1".to_vec(), b"80".to_vec())));
    let unix = Address::unix_abstract(b"name").expect("an address");
    assert_eq!(name(unix, 0), Ok((b"localhost".to_vec(), b"@name".to_vec())));
}

#[test]
fn interfaces_have_names_and_indices() {
    let list = interfaces().expect("a list");
    assert!(list.iter().any(|interface| interface.name == b"lo" && interface.address.is_some()));
    for interface in list {
        let index = interface_index(&interface.name).expect("an index");
        assert_eq!(interface_name(index), Ok(interface.name));
    }
    assert!(interface_name(0).is_err());
}
