//! Signals that are waited for.

use std::rc::Rc;

use moonwire_sockets::operation::WaitForSignal;
use moonwire_sockets::{Cause, Scratch, SignalSet, Timeout, block_on, signal_number};
use nix::sys::signal::{Signal, raise};

fn wait(set: &Rc<SignalSet>, timeout: Timeout) -> Result<i32, Cause> {
    let numbers = [&b"USR1"[..], b"USR2"].map(|name| signal_number(name).expect("a signal"));
    let wait = WaitForSignal::new(set, numbers.to_vec()).expect("they can be caught");
    block_on(wait, timeout, &mut Scratch::new()).map_err(|error| error.cause)
}

#[test]
fn one_that_comes_while_nobody_waits_is_kept_and_counts_once() {
    let set = Rc::new(SignalSet::new());
    let at_once = Timeout::from_millis(0);
    assert_eq!(wait(&set, at_once), Err(Cause::TimedOut));
    raise(Signal::SIGUSR2).expect("it is caught");
    raise(Signal::SIGUSR2).expect("it is caught");
    assert_eq!(wait(&set, Timeout::Never), Ok(Signal::SIGUSR2 as i32));
    assert_eq!(wait(&set, at_once), Err(Cause::TimedOut));
    raise(Signal::SIGUSR1).expect("it is caught");
    assert_eq!(wait(&set, Timeout::Never), Ok(Signal::SIGUSR1 as i32));
}
