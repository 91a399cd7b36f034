//! Options. One line tests one of them, on IPv4 and IPv6.

use std::fmt::Debug;
use std::net::Ipv4Addr;
use std::time::Duration;

use moonwire_sockets::options::*;
use moonwire_sockets::{Address, Errno, Family, Kind, Socket, SocketOption};

/// Sets an option of sockets of both families to a value, and expects another to be in force.
fn sets<T: Clone + PartialEq + Debug>(
    option: &SocketOption<T>,
    kind: Kind,
    value: &T,
    in_force: impl Fn(&T) -> bool,
) {
    for family in [Family::Inet, Family::Inet6] {
        let Ok(socket) = Socket::new(family, kind) else {
            assert_eq!(family, Family::Inet6, "every machine has IPv4");
            continue;
        };
        let descriptor = socket.descriptor();
        descriptor.set_option(option, value.clone()).expect(option.name);
        let state = descriptor.option(option).expect(option.name);
        assert!(in_force(&state), "{option:?} on {family:?}: {value:?} has become {state:?}");
    }
}

/// Defines tests, one line each: name, option, type of socket and the values to set.
macro_rules! options {
    ($($name:ident: $option:ident, $kind:ident, $($value:expr),+;)*) => {$(
        #[test]
        fn $name() {
            $({
                let value = $value;
                sets(&$option, Kind::$kind, &value, |state| *state == value);
            })+
        }
    )*};
}

options! {
    reuse_address: REUSE_ADDRESS, Stream, true, false;
    reuse_port: REUSE_PORT, Stream, true, false;
    broadcast: BROADCAST, Datagram, true, false;
    keep_alive: KEEP_ALIVE, Stream, true, false;
    out_of_band_inline: OUT_OF_BAND_INLINE, Stream, true, false;
    dont_route: DONT_ROUTE, Stream, true, false;
    timestamp: TIMESTAMP, Datagram, true, false;
    receive_low_water: RECEIVE_LOW_WATER, Stream, 100, 1;
    receive_timeout: RECEIVE_TIMEOUT, Stream, Duration::from_millis(1500), Duration::ZERO;
    send_timeout: SEND_TIMEOUT, Stream, Duration::from_millis(1500), Duration::ZERO;
    no_delay: NO_DELAY, Stream, true, false;
    cork: CORK, Stream, true, false;
    keep_alive_idle: KEEP_ALIVE_IDLE, Stream, Duration::from_secs(77);
    keep_alive_interval: KEEP_ALIVE_INTERVAL, Stream, Duration::from_secs(77);
    keep_alive_count: KEEP_ALIVE_COUNT, Stream, 7;
    multicast_hops: MULTICAST_HOPS, Datagram, 7, 0, 255;
    multicast_loop: MULTICAST_LOOP, Datagram, false, true;
    multicast_interface: MULTICAST_INTERFACE, Datagram, loopback(), 0;
}

fn loopback() -> u32 {
    moonwire_sockets::interface_index(b"lo").expect("a loopback interface")
}

#[test]
fn buffers_are_at_least_as_large_as_asked_for() {
    sets(&RECEIVE_BUFFER, Kind::Stream, &20_000, |state| *state >= 20_000);
    sets(&SEND_BUFFER, Kind::Stream, &20_000, |state| *state >= 20_000);
}

#[test]
fn a_part_of_a_second_counts_as_one() {
    let second = |state: &Duration| *state == Duration::from_secs(1);
    sets(&KEEP_ALIVE_INTERVAL, Kind::Stream, &Duration::from_millis(1), second);
}

#[test]
fn less_than_the_clock_knows_is_not_for_ever() {
    sets(&RECEIVE_TIMEOUT, Kind::Stream, &Duration::from_nanos(1), |state| !state.is_zero());
}

#[test]
fn what_is_only_read() {
    for (family, kind) in [(Family::Inet, Kind::Stream), (Family::Unix, Kind::Datagram)] {
        let socket = Socket::new(family, kind).expect("a socket");
        let descriptor = socket.descriptor();
        assert_eq!(descriptor.option(&DOMAIN), Ok(family.domain()));
        assert_eq!(descriptor.option(&TYPE), Ok(kind.number()));
        assert_eq!(descriptor.option(&PENDING_ERROR), Ok(0));
        assert_eq!(descriptor.option(&ACCEPTS_CONNECTIONS), Ok(false));
    }
    let address = Address::ipv4(Ipv4Addr::LOCALHOST, 0);
    let listener = Socket::listen_on(&address, 1).expect("a listener");
    assert_eq!(listener.descriptor().option(&ACCEPTS_CONNECTIONS), Ok(true));
    assert_eq!(listener.descriptor().option(&PROTOCOL), Ok(6));
    assert_eq!(listener.descriptor().option(&SEND_LOW_WATER), Ok(1));
}

#[test]
fn multicast_is_not_for_streams_and_unix_sockets() {
    for (family, kind) in [
        (Family::Inet, Kind::Stream),
        (Family::Inet6, Kind::Stream),
        (Family::Unix, Kind::Stream),
        (Family::Unix, Kind::Datagram),
    ] {
        let Ok(socket) = Socket::new(family, kind) else { continue };
        let refused = Err(Some(Errno::OPNOTSUPP));
        let descriptor = socket.descriptor();
        let answer = descriptor.option(&MULTICAST_HOPS).map(drop);
        assert_eq!(answer.map_err(|error| error.errno()), refused);
        let answer = descriptor.set_option(&MULTICAST_LOOP, true);
        assert_eq!(answer.map_err(|error| error.errno()), refused);
    }
}

#[test]
fn an_interface_that_is_not_there() {
    for family in [Family::Inet, Family::Inet6] {
        let Ok(socket) = Socket::new(family, Kind::Datagram) else { continue };
        assert!(socket.descriptor().set_option(&MULTICAST_INTERFACE, 1 << 30).is_err());
    }
}
