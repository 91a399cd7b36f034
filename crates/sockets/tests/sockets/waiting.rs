//! Waiting for descriptors, for time, and through signals.

use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::{Duration, Instant};

use crate::support::{BRIEFLY, SOON, attempt, connection, listeners, takes};
use moonwire_sockets::operation::{Poll, Progress, Receive, Sleep};
use moonwire_sockets::{
    Descriptor, Error, PollEntry, Scratch, Timeout, block_on, events, parse_poll_entries,
};
use nix::sys::pthread::{pthread_kill, pthread_self};
use nix::sys::signal::{SaFlags, SigAction, SigHandler, SigSet, Signal, sigaction};

#[test]
fn poll_says_which_are_ready_and_leaves_the_order() -> Result<(), Error> {
    for listener in listeners() {
        let (client, server) = connection(&listener)?;
        let entries = vec![
            PollEntry::new(server.descriptor(), events::IN),
            PollEntry::new(Descriptor::from_number(-1), events::IN),
            PollEntry::new(client.descriptor(), events::OUT),
            PollEntry::new(Descriptor::from_number(i32::MAX), events::IN),
        ];
        let (polled, ready) = block_on(Poll::new(entries.clone()), SOON, &mut Scratch::new())?;
        let returned: Vec<i16> = polled.iter().map(|entry| entry.returned).collect();
        assert_eq!((ready, returned), (2, vec![0, 0, events::OUT, events::NVAL]));
        let descriptors = |entries: &[PollEntry]| -> Vec<_> {
            entries.iter().map(PollEntry::descriptor).collect()
        };
        assert_eq!(descriptors(&polled), descriptors(&entries));
    }
    Ok(())
}

#[test]
fn poll_ends_when_its_time_is_over() -> Result<(), Error> {
    for listener in listeners() {
        let entries = vec![PollEntry::new(listener.descriptor(), events::IN)];
        assert_eq!(attempt(&mut Poll::new(entries.clone())), Ok(Progress::Waiting));
        let error = takes(BRIEFLY, || {
            block_on(Poll::new(entries), Timeout::After(BRIEFLY), &mut Scratch::new())
        });
        assert_eq!(error, Err(Error::timed_out("poll")));
    }
    Ok(())
}

#[test]
fn entries_are_laid_out_as_struct_pollfd() {
    let mut bytes = 7_i32.to_ne_bytes().to_vec();
    bytes.extend_from_slice(&events::IN.to_ne_bytes());
    bytes.extend_from_slice(&events::HUP.to_ne_bytes());
    let entries = parse_poll_entries(&bytes).expect("one entry");
    let [entry] = entries[..] else { unreachable!("eight bytes are one entry") };
    assert_eq!(entry.descriptor(), Descriptor::from_number(7));
    assert_eq!((entry.events, entry.returned), (events::IN, events::HUP));
    assert_eq!(entry.to_bytes()[..], bytes);
    for length in 1..8 {
        assert!(parse_poll_entries(&bytes[..length]).is_err());
    }
}

#[test]
fn a_sleep_takes_its_whole_time() {
    assert_eq!(attempt(&mut Sleep::new(Duration::from_secs(3600))), Ok(Progress::Waiting));
    assert_eq!(attempt(&mut Sleep::new(Duration::ZERO)), Ok(Progress::Done(())));
    let slept =
        takes(BRIEFLY, || block_on(Sleep::new(BRIEFLY), Timeout::Never, &mut Scratch::new()));
    assert_eq!(slept, Ok(()));
}

#[test]
fn a_sleep_without_end_ends_at_the_deadline() {
    let error = takes(BRIEFLY, || {
        block_on(Sleep::new(Duration::MAX), Timeout::After(BRIEFLY), &mut Scratch::new())
    });
    assert_eq!(error, Err(Error::timed_out("sleep")));
}

static SIGNALS: AtomicU32 = AtomicU32::new(0);

extern "C" fn count_signal(_: i32) {
    SIGNALS.fetch_add(1, Ordering::Relaxed);
}

/// A signal handler that interrupts system calls (no `SA_RESTART`), and one signal after the other.
#[test]
fn signals_neither_end_a_wait_nor_stretch_it() -> Result<(), Box<dyn std::error::Error>> {
    let handler = SigHandler::Handler(count_signal);
    let action = SigAction::new(handler, SaFlags::empty(), SigSet::empty());
    // SAFETY: the handler only touches an atomic.
    unsafe { sigaction(Signal::SIGUSR1, &action) }?;
    let waiter = pthread_self();
    let over = AtomicBool::new(false);
    let time = Duration::from_millis(100);
    let (_client, server) = connection(&listeners()[0])?;
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while !over.load(Ordering::Relaxed) {
                // A signal that cannot be sent is seen below, where they are counted.
                let _ = pthread_kill(waiter, Signal::SIGUSR1);
                std::thread::sleep(Duration::from_millis(2));
            }
        });
        let start = Instant::now();
        let receive = Receive::new(server.descriptor(), 1);
        let error = block_on(receive, Timeout::After(time), &mut Scratch::new());
        let slept = block_on(Sleep::new(time), Timeout::Never, &mut Scratch::new());
        let taken = start.elapsed();
        over.store(true, Ordering::Relaxed);
        assert_eq!((error, slept), (Err(Error::timed_out("read")), Ok(())));
        assert!(taken >= 2 * time && taken < 20 * time, "took {taken:?}");
        assert!(SIGNALS.load(Ordering::Relaxed) > 1, "no signal came");
    });
    Ok(())
}
