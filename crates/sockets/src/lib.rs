//! Safe sockets. This crate does not depend on Lua.
//!
//! A call that can wait is an [`Operation`]: a value that keeps its own progress, does what can
//! be done now, and says what it waits for. A driver decides how to wait; the driver [`block_on`] parks the
//! thread.
//!
//! ```
//! use moonwire_sockets::operation::{Accept, Connect, Receive, Send};
//! use moonwire_sockets::{Address, Kind, Scratch, Socket, Timeout, block_on};
//!
//! # fn main() -> Result<(), moonwire_sockets::Error> {
//! let mut scratch = Scratch::new();
//! let listener = Socket::listen_on(&Address::ipv4([127, 0, 0, 1].into(), 0), 32)?;
//! let address = listener.descriptor().local_address()?;
//!
//! let connect = Connect::new(vec![address], Kind::Stream);
//! let (client, _) = block_on(connect, Timeout::Never, &mut scratch)?;
//! let accept = Accept::new(listener.descriptor());
//! let (server, _) = block_on(accept, Timeout::Never, &mut scratch)?;
//!
//! block_on(Send::new(client.descriptor(), b"hello"), Timeout::Never, &mut scratch)?;
//! let receive = Receive::new(server.descriptor(), 100);
//! let length = block_on(receive, Timeout::from_millis(1000), &mut scratch)?;
//! assert_eq!((length, scratch.filled()), (5, &b"hello"[..]));
//! # Ok(())
//! # }
//! ```

#![deny(unsafe_code)]

#[cfg(not(target_os = "linux"))]
compile_error!(
    "Moonwire runs on Linux. All code that depends on the system is in `moonwire_sockets::sys`: \
     another system needs a back end there."
);

mod address;
mod address_info;
mod buffer;
pub mod constants;
mod datagram_queue;
mod deadline;
mod descriptor;
mod driver;
mod errno_names;
mod error;
mod handle;
mod handshakes;
mod interfaces;
mod interruption;
mod kernel_timeout;
mod lookups;
mod multicast;
mod names;
pub mod operation;
pub mod options;
mod reactor;
mod readiness;
mod signals;
mod socket;
mod socket_file;
#[allow(unsafe_code)]
mod sys;
pub mod transport;
mod watch;

pub use address::{Address, Family, ParseAddressError, UnixName};
pub use address_info::{AddressInfo, ResolveHints};
pub use buffer::{Bytes, Delimiter, ReadBuffer};
pub use datagram_queue::{DatagramQueue, Datagrams};
pub use deadline::{Deadline, Timeout};
pub use descriptor::Descriptor;
pub use driver::block_on;
pub use error::{Cause, Errno, Error, resolver_text};
pub use handle::{Handle, SocketCell};
pub use interfaces::{Interface, Link, interfaces};
pub use interruption::{is_interrupted, request_interruption, take_interruption};
pub use kernel_timeout::KernelTimeout;
pub use lookups::{Lookup, Lookups};
pub use multicast::Membership;
pub use names::{Host, NameInfo, interface_index, interface_name, literal_address, parse_ipv6};
pub use operation::Operation;
pub use options::SocketOption;
pub use reactor::{Reactor, Waiter, Wake};
pub use readiness::{Interest, PollEntry, events, parse_poll_entries};
pub use signals::{SignalSet, is_signal_caught, signal_number};
pub use socket::{Kind, Mode, Shutdown, Socket, is_connection_oriented};
pub use socket_file::SocketFile;
pub use sys::control::ControlMessage;
pub use sys::{Scratch, copy_to};
pub use transport::Transport;
pub use watch::{NotWatched, WatchSet, Watched};
