//! A reactor: who is woken, when, and by what.

use std::time::{Duration, Instant};

use moonwire_sockets::operation::{Patience, Poll, Progress, Receive, Wait};
use moonwire_sockets::{
    Descriptor, Errno, Error, Interest, Operation, PollEntry, Reactor, Scratch, Socket, Timeout,
    Waiter, Wake, block_on, events,
};

use crate::support::{BRIEFLY, connection, listeners, takes};

const ONE: Waiter = Waiter(0);
const OTHER: Waiter = Waiter(1);

fn pair() -> [Socket; 2] {
    Socket::pair(libc::SOCK_STREAM, 0, false).expect("a pair")
}

fn readable(socket: &Socket) -> Wait<'static> {
    Wait::Descriptor(socket.descriptor(), Interest::Readable)
}

fn send(socket: &Socket, bytes: &[u8]) {
    use moonwire_sockets::operation::Send;
    let sent = block_on(Send::new(socket.descriptor(), bytes), Timeout::Never, &mut Scratch::new());
    assert_eq!(sent, Ok(bytes.len()));
}

/// Who is woken within a time.
fn turn(reactor: &Reactor, time: Duration) -> Vec<(Waiter, Wake)> {
    let mut woken = Vec::new();
    let until = Instant::now() + time;
    while woken.is_empty() {
        let left = until.saturating_duration_since(Instant::now());
        reactor.turn(Some(left), &mut woken).expect("it can be asked");
        if left.is_zero() {
            break;
        }
    }
    woken.sort_by_key(|(waiter, _)| *waiter);
    woken
}

fn soon(reactor: &Reactor) -> Vec<(Waiter, Wake)> {
    turn(reactor, Duration::from_secs(10))
}

fn at_once(reactor: &Reactor) -> Vec<(Waiter, Wake)> {
    turn(reactor, Duration::ZERO)
}

#[test]
fn who_waits_is_woken_once_by_what_comes_and_by_what_is_there() -> Result<(), Errno> {
    let reactor = Reactor::new()?;
    let [left, right] = pair();
    reactor.wait(ONE, readable(&left), None)?;
    assert_eq!(at_once(&reactor), []);
    send(&right, b"x");
    assert_eq!(soon(&reactor), [(ONE, Wake::Ready)]);
    // Nothing was taken, and nothing has come since.
    assert_eq!(at_once(&reactor), []);
    let [late, other] = pair();
    send(&other, b"x");
    reactor.wait(ONE, readable(&late), None)?;
    assert_eq!(soon(&reactor), [(ONE, Wake::Ready)]);
    Ok(())
}

#[test]
fn an_attempt_is_not_made_of_which_is_known_that_it_would_wait() -> Result<(), Error> {
    let reactor = Reactor::new().expect("a reactor");
    for listener in listeners() {
        let (client, server) = connection(&listener)?;
        let mut scratch = Scratch::new();
        let mut receive = Receive::new(server.descriptor(), 100);
        let mut attempt = || receive.attempt(&mut scratch, Patience::Loop(&reactor));
        assert_eq!(attempt(), Ok(Progress::Waiting));
        reactor.wait(ONE, readable(&server), None).expect("it can be watched");
        at_once(&reactor);
        send(&client, b"hello");
        assert_eq!(soon(&reactor), [(ONE, Wake::Ready)]);
        assert_eq!(attempt(), Ok(Progress::Done(5)));
        assert_eq!(attempt(), Ok(Progress::Waiting));
        // What comes is known of when the reactor has looked.
        send(&client, b"more");
        assert_eq!(attempt(), Ok(Progress::Waiting));
        reactor.wait(ONE, readable(&server), None).expect("it is watched");
        assert_eq!(soon(&reactor), [(ONE, Wake::Ready)]);
        assert_eq!(attempt(), Ok(Progress::Done(4)));
        assert_eq!(attempt(), Ok(Progress::Waiting));
        drop(client);
        reactor.wait(ONE, readable(&server), None).expect("it is watched");
        assert_eq!(soon(&reactor), [(ONE, Wake::Ready)]);
        assert_eq!(attempt(), Ok(Progress::Done(0)));
        // The end stays.
        assert_eq!(attempt(), Ok(Progress::Done(0)));
        reactor.wait(ONE, readable(&server), None).expect("it is watched");
        assert_eq!(soon(&reactor), [(ONE, Wake::Ready)]);
    }
    Ok(())
}

#[test]
fn all_who_wait_for_one_descriptor_are_woken() -> Result<(), Errno> {
    let reactor = Reactor::new()?;
    let [left, right] = pair();
    reactor.wait(ONE, readable(&left), None)?;
    reactor.wait(OTHER, readable(&left), None)?;
    send(&right, b"x");
    assert_eq!(soon(&reactor), [(ONE, Wake::Ready), (OTHER, Wake::Ready)]);
    Ok(())
}

#[test]
fn the_directions_are_two() -> Result<(), Errno> {
    let reactor = Reactor::new()?;
    let [left, right] = pair();
    reactor.wait(ONE, readable(&left), None)?;
    reactor.wait(OTHER, Wait::Descriptor(left.descriptor(), Interest::Writable), None)?;
    assert_eq!(soon(&reactor), [(OTHER, Wake::Ready)]);
    send(&right, b"x");
    assert_eq!(soon(&reactor), [(ONE, Wake::Ready)]);
    Ok(())
}

#[test]
fn moments_come_in_their_order_and_not_early() -> Result<(), Errno> {
    let reactor = Reactor::new()?;
    let start = Instant::now();
    for (waiter, tenths) in [(3, 3), (1, 1), (2, 2)] {
        let moment = start + BRIEFLY * tenths;
        reactor.wait(Waiter(waiter), Wait::Until(moment), None)?;
    }
    for waiter in 1..=3 {
        assert_eq!(soon(&reactor), [(Waiter(waiter), Wake::Moment)]);
        assert!(start.elapsed() >= BRIEFLY * waiter);
    }
    assert_eq!(at_once(&reactor), []);
    Ok(())
}

#[test]
fn a_wait_ends_at_its_moment_and_the_next_one_at_its_own() -> Result<(), Errno> {
    let reactor = Reactor::new()?;
    let [left, right] = pair();
    // The first wait is over before its moment, which must not end the second.
    reactor.wait(ONE, readable(&left), Some(Instant::now() + BRIEFLY))?;
    send(&right, b"x");
    assert_eq!(soon(&reactor), [(ONE, Wake::Ready)]);
    let woken = takes(BRIEFLY * 2, || {
        let until = Instant::now() + BRIEFLY * 2;
        reactor.wait(ONE, readable(&left), Some(until)).expect("it is watched");
        soon(&reactor)
    });
    assert_eq!(woken, [(ONE, Wake::Moment)]);
    // An earlier one than that before, too.
    reactor.wait(ONE, readable(&left), Some(Instant::now() + Duration::from_secs(60)))?;
    reactor.forget(ONE);
    let until = Instant::now() + BRIEFLY;
    reactor.wait(ONE, readable(&left), Some(until))?;
    assert_eq!(soon(&reactor), [(ONE, Wake::Moment)]);
    assert!(Instant::now() >= until && until.elapsed() < Duration::from_secs(5));
    Ok(())
}

#[test]
fn who_is_forgotten_is_not_woken() -> Result<(), Errno> {
    let reactor = Reactor::new()?;
    let [left, right] = pair();
    reactor.wait(ONE, readable(&left), Some(Instant::now()))?;
    reactor.wait(OTHER, readable(&left), None)?;
    send(&right, b"x");
    reactor.forget(ONE);
    reactor.retire(ONE);
    assert_eq!(soon(&reactor), [(OTHER, Wake::Ready)]);
    assert_eq!(at_once(&reactor), []);
    Ok(())
}

#[test]
fn closing_wakes_who_waits_whoever_closes() -> Result<(), Errno> {
    let reactor = Reactor::new()?;
    for by_number in [false, true] {
        let [left, _right] = pair();
        reactor.wait(ONE, readable(&left), None)?;
        let entries = [PollEntry::new(left.descriptor(), events::IN)];
        reactor.wait(OTHER, Wait::Any(&entries), None)?;
        at_once(&reactor);
        match by_number {
            true => left.into_descriptor().close().expect("it was open"),
            false => drop(left),
        }
        assert_eq!(soon(&reactor), [(ONE, Wake::Closed), (OTHER, Wake::Closed)]);
    }
    Ok(())
}

#[test]
fn a_number_that_is_given_out_again_wakes_only_who_waits_for_the_new_one() -> Result<(), Errno> {
    let reactor = Reactor::new()?;
    let [left, _right] = pair();
    let number = left.descriptor();
    reactor.wait(ONE, readable(&left), None)?;
    drop(left);
    let (mut kept, mut found) = (Vec::new(), None);
    while found.is_none() {
        let [one, other] = pair();
        found = [&one, &other].iter().position(|socket| socket.descriptor() == number);
        kept.push([one, other]);
        assert!(kept.len() < 100, "the number is not given out again");
    }
    let [one, other] = kept.last().expect("the last one has it");
    let (new, peer) = if found == Some(0) { (one, other) } else { (other, one) };
    reactor.wait(OTHER, readable(new), None)?;
    assert_eq!(soon(&reactor), [(ONE, Wake::Closed)]);
    send(peer, b"x");
    assert_eq!(soon(&reactor), [(OTHER, Wake::Ready)]);
    Ok(())
}

/// Between the wake and the attempt somebody else may close the descriptor.
#[test]
fn what_was_lost_after_the_wake_is_known() -> Result<(), Errno> {
    let reactor = Reactor::new()?;
    let [left, right] = pair();
    let [third, _fourth] = pair();
    reactor.wait(ONE, readable(&left), None)?;
    let entries = [
        PollEntry::new(third.descriptor(), events::IN),
        PollEntry::new(left.descriptor(), events::IN),
    ];
    reactor.wait(OTHER, Wait::Any(&entries), None)?;
    send(&right, b"x");
    assert_eq!(soon(&reactor), [(ONE, Wake::Ready), (OTHER, Wake::Ready)]);
    assert!(!reactor.has_lost(ONE) && !reactor.has_lost(OTHER));
    drop(left);
    assert!(reactor.has_lost(ONE) && reactor.has_lost(OTHER));
    reactor.wait(ONE, Wait::Until(Instant::now()), None)?;
    assert_eq!(soon(&reactor), [(ONE, Wake::Moment)]);
    assert!(!reactor.has_lost(ONE));
    Ok(())
}

#[test]
fn any_of_several_wakes_once_and_leaves_the_others() -> Result<(), Errno> {
    let reactor = Reactor::new()?;
    let pairs: Vec<_> = (0..10).map(|_| pair()).collect();
    let mut entries: Vec<_> =
        pairs.iter().map(|[left, _]| PollEntry::new(left.descriptor(), events::IN)).collect();
    entries.push(PollEntry::new(Descriptor::from_number(-1), events::IN));
    reactor.wait(ONE, Wait::Any(&entries), None)?;
    assert_eq!(at_once(&reactor), []);
    for [_, right] in &pairs[3..6] {
        send(right, b"x");
    }
    assert_eq!(soon(&reactor), [(ONE, Wake::Ready)]);
    assert_eq!(at_once(&reactor), []);
    let mut poll = Poll::new(entries);
    let polled = poll.attempt(&mut Scratch::new(), Patience::Loop(&reactor));
    assert!(matches!(polled, Ok(Progress::Done((_, 3)))));
    Ok(())
}

#[test]
fn any_until_ends_at_the_earlier_of_two_moments() -> Result<(), Errno> {
    let reactor = Reactor::new()?;
    let [left, _right] = pair();
    let entries = [PollEntry::new(left.descriptor(), events::IN)];
    let late = Duration::from_secs(60);
    for (own, until) in [(BRIEFLY, late), (late, BRIEFLY)] {
        let woken = takes(BRIEFLY, || {
            let now = Instant::now();
            let wait = Wait::AnyUntil(&entries, now + own);
            reactor.wait(ONE, wait, Some(now + until)).expect("it can be watched");
            soon(&reactor)
        });
        assert_eq!(woken, [(ONE, Wake::Moment)]);
    }
    Ok(())
}

#[test]
fn what_is_no_socket_is_waited_for_or_ready_at_once() -> std::io::Result<()> {
    use std::io::Write;
    use std::os::fd::AsRawFd;
    let reactor = Reactor::new().expect("a reactor");
    let (reader, mut writer) = std::io::pipe()?;
    let pipe = Descriptor::from_number(reader.as_raw_fd());
    reactor.wait(ONE, Wait::Descriptor(pipe, Interest::Readable), None).expect("it can wait");
    assert_eq!(at_once(&reactor), []);
    writer.write_all(b"x")?;
    assert_eq!(soon(&reactor), [(ONE, Wake::Ready)]);
    let file = std::fs::File::open("/proc/self/status")?;
    let regular = std::fs::File::open(std::env::current_exe()?)?;
    for file in [file.as_raw_fd(), regular.as_raw_fd(), 999_999] {
        let file = Descriptor::from_number(file);
        reactor.wait(OTHER, Wait::Descriptor(file, Interest::Readable), None).expect("it can wait");
        assert_eq!(soon(&reactor), [(OTHER, Wake::Ready)]);
    }
    Ok(())
}

#[test]
fn who_waits_for_word_alone_waits_for_ever() -> Result<(), Errno> {
    let reactor = Reactor::new()?;
    assert!(reactor.is_deadlocked());
    reactor.wait(ONE, Wait::Notification, None)?;
    assert!(reactor.is_deadlocked());
    reactor.wait(OTHER, Wait::Notification, Some(Instant::now() + Duration::from_secs(60)))?;
    assert!(!reactor.is_deadlocked());
    // A wait may take the place of another that nobody has ended.
    for _ in 0..3 {
        reactor.wait(OTHER, Wait::Notification, Some(Instant::now() + Duration::from_secs(60)))?;
    }
    reactor.forget(OTHER);
    assert!(reactor.is_deadlocked());
    reactor.wait(OTHER, Wait::Until(Instant::now()), None)?;
    assert!(!reactor.is_deadlocked());
    assert_eq!(soon(&reactor), [(OTHER, Wake::Moment)]);
    assert!(reactor.is_deadlocked());
    Ok(())
}

#[test]
fn the_descriptor_is_readable_when_there_is_something_to_tell() -> Result<(), Error> {
    let reactor = Reactor::new().expect("a reactor");
    let descriptor = reactor.descriptor().expect("a timer");
    assert_eq!(reactor.descriptor(), Ok(descriptor));
    let is_readable = |timeout| {
        let poll = Poll::new(vec![PollEntry::new(descriptor, events::IN)]);
        block_on(poll, timeout, &mut Scratch::new()).is_ok()
    };
    let prepare = |at_once| reactor.prepare(at_once).expect("the timer can be set");
    let soon_enough = Timeout::from_millis(10_000);
    prepare(false);
    assert!(!is_readable(Timeout::from_millis(0)));
    prepare(true);
    assert!(is_readable(soon_enough));
    assert_eq!(at_once(&reactor), []);
    prepare(false);
    assert!(!is_readable(Timeout::from_millis(0)));
    takes(BRIEFLY, || {
        reactor.wait(ONE, Wait::Until(Instant::now() + BRIEFLY), None).expect("it can wait");
        prepare(false);
        assert!(is_readable(soon_enough));
    });
    assert_eq!(soon(&reactor), [(ONE, Wake::Moment)]);
    let [left, right] = pair();
    reactor.wait(ONE, readable(&left), None).expect("it can be watched");
    at_once(&reactor);
    prepare(false);
    assert!(!is_readable(Timeout::from_millis(0)));
    send(&right, b"x");
    assert!(is_readable(soon_enough));
    assert_eq!(soon(&reactor), [(ONE, Wake::Ready)]);
    // Who was told by a close has to be told as well.
    reactor.wait(ONE, readable(&left), None).expect("it is watched");
    drop(left);
    prepare(false);
    assert!(is_readable(soon_enough));
    assert_eq!(soon(&reactor), [(ONE, Wake::Closed)]);
    Ok(())
}

#[test]
fn many_wait_and_are_woken() -> Result<(), Errno> {
    let reactor = Reactor::new()?;
    let pairs: Vec<_> = (0..300).map(|_| pair()).collect();
    for round in 0..3 {
        for ([left, _], waiter) in pairs.iter().zip(0..) {
            reactor.wait(Waiter(waiter), readable(left), None)?;
        }
        for [_, right] in pairs.iter().skip(round).step_by(3) {
            send(right, b"x");
        }
        let mut woken = Vec::new();
        while woken.len() < 100 {
            reactor.turn(Some(Duration::from_secs(10)), &mut woken)?;
        }
        woken.sort_by_key(|(waiter, _)| *waiter);
        let expected: Vec<_> =
            (round as u32..300).step_by(3).map(|waiter| (Waiter(waiter), Wake::Ready)).collect();
        assert_eq!(woken, expected);
        for waiter in 0..300 {
            reactor.forget(Waiter(waiter));
        }
    }
    Ok(())
}
