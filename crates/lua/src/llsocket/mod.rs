//! `llsocket`: the system's sockets as they are, with all that the system offers for them.

mod address_info;
mod connection;
mod device;
mod failure;
mod messages;
mod multicast;
mod options;
mod resolve;
mod socket;
mod transfer;

use moonwire_sockets::constants::CONSTANTS;

use crate::native::{Class, Constant, Function, Library, strict};

/// How many bytes are received where the program does not say.
const DEFAULT_SIZE: usize = 4096;

/// The module: constants, and the modules within it.
pub(crate) static LIBRARY: Library = Library {
    name: "llsocket",
    functions: &[],
    classes: CLASSES,
    constants: &ENTRIES,
    script: None,
};

/// Names of internet addresses.
pub(crate) static INET: Library = Library {
    name: "llsocket.inet",
    functions: &strict([
        Function::new("getaddrinfo", resolve::getaddrinfo),
        Function::new("getaddrinfo6", resolve::getaddrinfo6),
    ]),
    classes: CLASSES,
    constants: &[],
    script: None,
};

/// Unix addresses.
pub(crate) static UNIX: Library = Library {
    name: "llsocket.unix",
    functions: &strict([Function::new("getaddrinfo", resolve::unix_getaddrinfo)]),
    classes: CLASSES,
    constants: &[],
    script: None,
};

/// Making sockets.
pub(crate) static SOCKET: Library = Library {
    name: "llsocket.socket",
    functions: &strict([
        Function::new("new", socket::new),
        Function::new("pair", socket::pair),
        Function::new("wrap", socket::wrap),
    ]),
    classes: CLASSES,
    constants: &[],
    script: None,
};

/// The machine's network interfaces.
pub(crate) static DEVICE: Library = Library {
    name: "llsocket.device",
    functions: &strict([
        Function::new("interfaces", device::interfaces),
        Function::new("macaddrs", device::macaddrs),
    ]),
    classes: CLASSES,
    constants: &[],
    script: None,
};

/// Each of the modules makes objects of these, and may be the first that is loaded.
static CLASSES: &[&Class] = &[&address_info::CLASS, &socket::CLASS, &messages::CLASS];

static MODULES: [(&str, &Library); 4] =
    [("inet", &INET), ("unix", &UNIX), ("socket", &SOCKET), ("device", &DEVICE)];

static ENTRIES: [(&str, Constant); MODULES.len() + CONSTANTS.len()] = {
    let mut entries = [const { ("", Constant::Integer(0)) }; MODULES.len() + CONSTANTS.len()];
    let mut index = 0;
    while index < MODULES.len() {
        entries[index] = (MODULES[index].0, Constant::Library(MODULES[index].1));
        index += 1;
    }
    while index < entries.len() {
        let (name, number) = CONSTANTS[index - MODULES.len()];
        entries[index] = (name, Constant::Integer(number));
        index += 1;
    }
    entries
};
