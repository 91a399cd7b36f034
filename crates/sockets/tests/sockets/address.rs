//! Addresses and their native bytes, from ip(7), ipv6(7) and unix(7).

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use moonwire_sockets::{Address, Errno, Family, ParseAddressError, UnixName};

const AF_UNIX: [u8; 2] = 1_u16.to_ne_bytes();
const AF_INET: [u8; 2] = 2_u16.to_ne_bytes();
const AF_INET6: [u8; 2] = 10_u16.to_ne_bytes();

fn refused(bytes: &[u8]) -> Option<Errno> {
    Address::from_bytes(bytes).err().map(|ParseAddressError(errno)| errno)
}

#[test]
fn ipv4_is_sixteen_bytes_with_port_and_address_in_network_order() {
    let address = Address::ipv4(Ipv4Addr::new(1, 2, 3, 4), 80);
    let bytes = [&AF_INET[..], &[0, 80, 1, 2, 3, 4], &[0; 8]].concat();
    assert_eq!(address.as_bytes(), bytes);
    assert_eq!(Address::from_bytes(&bytes), Ok(address));
    assert_eq!(address.family(), Some(Family::Inet));
    assert_eq!(address.ip(), Some(IpAddr::from([1, 2, 3, 4])));
    assert_eq!((address.port(), address.scope()), (Some(80), None));
}

#[test]
fn ipv6_is_twenty_eight_bytes_with_its_scope() {
    let address = Address::ipv6(Ipv6Addr::LOCALHOST, 443, 7);
    let mut bytes = [&AF_INET6[..], &443_u16.to_be_bytes(), &[0; 4], &[0; 15], &[1]].concat();
    bytes.extend_from_slice(&7_u32.to_ne_bytes());
    assert_eq!(address.as_bytes(), bytes);
    assert_eq!(Address::from_bytes(&bytes), Ok(address));
    assert_eq!(address.ip(), Some(IpAddr::from(Ipv6Addr::LOCALHOST)));
    assert_eq!((address.port(), address.scope()), (Some(443), Some(7)));
}

#[test]
fn what_is_longer_than_the_family_is_cut() {
    let address = Address::ipv4(Ipv4Addr::LOCALHOST, 1);
    let long = [address.as_bytes(), &[9; 100]].concat();
    assert_eq!(Address::from_bytes(&long), Ok(address));
}

#[test]
fn too_short_and_foreign_bytes_are_refused() {
    for whole in [Address::ipv4(Ipv4Addr::LOCALHOST, 1), Address::ipv6(Ipv6Addr::LOCALHOST, 1, 0)] {
        for length in 0..whole.as_bytes().len() {
            assert_eq!(refused(&whole.as_bytes()[..length]), Some(Errno::INVAL), "{length} bytes");
        }
    }
    assert_eq!(refused(&[99; 16]), Some(Errno::AFNOSUPPORT));
    assert_eq!(refused(&0_u16.to_ne_bytes()), Some(Errno::AFNOSUPPORT));
}

#[test]
fn a_unix_path_may_come_with_or_without_nuls() {
    let address = Address::unix_path(b"/tmp/socket").expect("a path");
    for nuls in [0, 1, 5] {
        let bytes = [&AF_UNIX[..], b"/tmp/socket", &vec![0; nuls]].concat();
        assert_eq!(Address::from_bytes(&bytes), Ok(address), "{nuls} NULs");
    }
    assert_eq!(address.unix_name_bytes(), Some(UnixName::Path(b"/tmp/socket")));
    assert_eq!(refused(&[&AF_UNIX[..], b"/tmp\0/socket"].concat()), Some(Errno::INVAL));
}

#[test]
fn an_abstract_name_is_exactly_its_bytes() {
    for name in [&b"name"[..], b"na\0me", b"name\0", b"\0", b""] {
        let address = Address::unix_abstract(name).expect("a name");
        assert_eq!(address.as_bytes(), [&AF_UNIX[..], b"\0", name].concat());
        assert_eq!(address.unix_name_bytes(), Some(UnixName::Abstract(name)));
        assert_eq!(Address::from_bytes(address.as_bytes()), Ok(address));
    }
    assert_eq!(Address::unix_name(b"@name"), Address::unix_abstract(b"name"));
}

#[test]
fn a_unix_socket_without_a_name_has_its_family_alone() {
    let address = Address::from_bytes(&AF_UNIX).expect("an address");
    assert_eq!(address.as_bytes(), AF_UNIX);
    assert_eq!(address.unix_name_bytes(), Some(UnixName::Unnamed));
}

#[test]
fn a_unix_name_longer_than_the_system_holds_is_refused() {
    let too_long = Err(ParseAddressError(Errno::NAMETOOLONG));
    // 108 bytes: a path and its NUL, or the NUL that marks an abstract name and the name.
    assert!(Address::unix_path(&[b'x'; 107]).is_ok());
    assert_eq!(Address::unix_path(&[b'x'; 108]), too_long);
    assert!(Address::unix_abstract(&[b'x'; 107]).is_ok());
    assert_eq!(Address::unix_abstract(&[b'x'; 108]), too_long);
}

#[test]
fn empty_names_and_nuls_in_paths_are_refused() {
    let invalid = Err(ParseAddressError(Errno::INVAL));
    for name in [&b""[..], b"/tmp\0x"] {
        assert_eq!(Address::unix_name(name), invalid, "{}", name.escape_ascii());
    }
}
