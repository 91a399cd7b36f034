//! Hosts in text, and the machine's interfaces.

use std::net::{Ipv4Addr, Ipv6Addr};

use moonwire_sockets::{Address, Errno, Host, interface_index, interfaces, literal_address};

fn text(address: &Address) -> Option<String> {
    Host::of(address).map(|host| host.to_string())
}

#[test]
fn literals_are_addresses() {
    for host in ["127.0.0.1", "0.0.0.0", "::1", "fe80::1%lo", "::ffff:1.2.3.4"] {
        let address = literal_address(host.as_bytes(), 80).expect(host).expect(host);
        assert_eq!(address.port(), Some(80));
        assert_eq!(text(&address).as_deref(), Some(host));
    }
}

#[test]
fn names_are_no_literals() {
    for host in ["localhost", "", "1.2.3", "1.2.3.4.5", "256.1.1.1", "a\0b", "@name", "%lo"] {
        assert_eq!(literal_address(host.as_bytes(), 80), None, "{host}");
    }
}

#[test]
fn what_has_a_colon_is_no_name() {
    for host in ["::1::", ":", "host:80", "fe80::1%", "fe80::1%no-such", "::1\0", "::1%l\0o"] {
        assert!(matches!(literal_address(host.as_bytes(), 80), Some(Err(_))), "{host}");
    }
}

#[test]
fn a_host_tells_its_interface() {
    let index = interface_index(b"lo").expect("every machine has it");
    let link_local = Ipv6Addr::new(0xfe80, 0, 0, 0, 0, 0, 0, 1);
    assert_eq!(text(&Address::ipv6(link_local, 80, index)).as_deref(), Some("fe80::1%lo"));
    // One that has gone.
    let gone = text(&Address::ipv6(link_local, 80, 999_999));
    assert_eq!(gone.as_deref(), Some("fe80::1%999999"));
    let longest = Ipv6Addr::from([0xffff_u16; 8]);
    let longest = text(&Address::ipv6(longest, 80, u32::MAX)).map(|text| text.len());
    assert!(longest.is_some_and(|length| length <= Host::MAX_LENGTH));
    assert_eq!(text(&Address::ipv4(Ipv4Addr::LOCALHOST, 80)).as_deref(), Some("127.0.0.1"));
    assert!(Address::unix_path(b"/tmp/x").is_ok_and(|address| Host::of(&address).is_none()));
}

#[test]
fn the_loopback_interface_is_listed() -> Result<(), moonwire_sockets::Error> {
    let list = interfaces()?;
    let loopback = Address::ipv4(Ipv4Addr::LOCALHOST, 0);
    let entry = list.iter().find(|interface| interface.address == Some(loopback));
    let entry = entry.expect("the loopback address");
    assert_eq!(entry.name, b"lo");
    assert_eq!(entry.netmask, Some(Address::ipv4([255, 0, 0, 0].into(), 0)));
    assert_eq!(entry.link, None);

    let link = list.iter().find(|interface| interface.name == b"lo" && interface.link.is_some());
    let link = link.and_then(|interface| interface.link.as_ref()).expect("its link");
    assert_eq!(Ok(link.index), interface_index(b"lo"));
    assert_eq!(link.address, [0; 6]);
    assert_eq!(interface_index(b"no-such").map_err(|error| error.errno()), Err(Some(Errno(19))));
    Ok(())
}
