//! `lsocket`: socket objects that never block, and `select` to wait for them.

mod constructors;
mod endpoint;
mod failure;
mod multicast;
mod names;
mod object;
mod select;
mod transfer;
mod watching;

use crate::native::{Constant, Function, Library};

/// Where `bind` binds to if it is not told.
const INADDR_ANY: &str = "0.0.0.0";

/// The module.
pub(crate) static LIBRARY: Library = Library {
    name: "lsocket",
    functions: &[
        Function::new("bind", constructors::bind),
        Function::new("connect", constructors::connect),
        Function::new("select", select::select),
        Function::new("resolve", names::resolve),
        Function::new("getinterfaces", names::getinterfaces),
    ],
    classes: &[&object::CLASS],
    constants: &[
        ("INADDR_ANY", Constant::Text(INADDR_ANY)),
        ("IN6ADDR_ANY", Constant::Text("::0")),
        ("_VERSION", Constant::Text(concat!("lsocket (Moonwire ", env!("CARGO_PKG_VERSION"), ")"))),
    ],
    script: None,
};
