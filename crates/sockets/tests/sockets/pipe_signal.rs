//! `SIGPIPE` in a program that blocks it.

use std::fs;
use std::io::Write;

use moonwire_sockets::operation::{SendFile, Sent};
use moonwire_sockets::{Error, Scratch, block_on};
use nix::sys::signal::{SigSet, Signal, raise};

use crate::support::{SOON, connection, listeners};

/// Whether `SIGPIPE` is pending for this thread.
fn is_pending() -> bool {
    let status = fs::read_to_string("/proc/thread-self/status").expect("the thread's status");
    let set = status.lines().find_map(|line| line.strip_prefix("SigPnd:")).expect("its signals");
    let set = u64::from_str_radix(set.trim(), 16).expect("a number");
    set & (1 << (Signal::SIGPIPE as u64 - 1)) != 0
}

/// Sends a file of several chunks to a peer that has gone: the first chunk is taken, and the second
/// raises the signal.
fn send_to_one_that_has_gone(file: &mut fs::File) -> Result<Sent, Error> {
    let (client, server) = connection(&listeners().swap_remove(0))?;
    drop(client);
    let file = file.try_clone().expect("a further descriptor");
    let send = SendFile::new(server.descriptor(), file, Some(0), 1_000_000);
    block_on(send, SOON, &mut Scratch::new())
}

#[test]
fn a_signal_that_is_blocked_is_left_as_it_was() -> Result<(), Error> {
    let path = std::env::temp_dir().join(format!("moonwire-{}-pipe-signal", std::process::id()));
    let mut file =
        fs::File::options().read(true).write(true).create_new(true).open(&path).expect("a file");
    fs::remove_file(&path).expect("the file");
    file.write_all(&[0; 1_000_000]).expect("room for it");
    let mut pipe_signal = SigSet::empty();
    pipe_signal.add(Signal::SIGPIPE);
    pipe_signal.thread_block().expect("a signal can be blocked");

    let sent = send_to_one_that_has_gone(&mut file)?;
    assert!(sent.length > 0 && sent.length < 1_000_000, "{sent:?}");
    assert!(!is_pending());
    assert!(SigSet::thread_get_mask().expect("a mask").contains(Signal::SIGPIPE));

    // One that the program has raised before stays pending.
    raise(Signal::SIGPIPE).expect("it is blocked");
    assert!(is_pending());
    let sent = send_to_one_that_has_gone(&mut file)?;
    assert!(sent.length > 0 && sent.length < 1_000_000, "{sent:?}");
    assert!(is_pending());
    assert_eq!(pipe_signal.wait().expect("it is pending"), Signal::SIGPIPE);
    pipe_signal.thread_unblock().expect("nothing is pending");
    Ok(())
}
