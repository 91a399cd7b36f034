//! Look-ups for those who wait with a reactor. Only names of this machine are looked up.

use std::fs;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use moonwire_sockets::operation::{LookUp, NameOf, Patience, Progress};
use moonwire_sockets::{
    Address, Cause, Error, Kind, Operation, Reactor, Scratch, Timeout, Waiter, Wake, block_on,
};

/// Held by a test while it runs, for one counts threads.
static ALONE: Mutex<()> = Mutex::new(());

fn alone() -> MutexGuard<'static, ()> {
    ALONE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Runs an operation to its end with a reactor; how often it had to wait.
fn run<O: Operation>(reactor: &Reactor, mut operation: O) -> (Result<O::Output, Error>, u32) {
    let mut waits = 0;
    let deadline = Instant::now() + Duration::from_secs(20);
    loop {
        assert!(Instant::now() < deadline, "no answer");
        match operation.attempt(&mut Scratch::new(), Patience::Loop(reactor)) {
            Ok(Progress::Done(output)) => return (Ok(output), waits),
            Err(error) => return (Err(error), waits),
            Ok(Progress::Waiting) => {
                waits += 1;
                reactor.wait(Waiter(0), operation.waits_for(), None).expect("it can wait");
                let mut woken = Vec::new();
                while woken.is_empty() && Instant::now() < deadline {
                    reactor.turn(Some(Duration::from_secs(1)), &mut woken).expect("it turns");
                }
                assert_eq!(woken, [(Waiter(0), Wake::Ready)]);
            }
        }
    }
}

fn localhost() -> LookUp {
    LookUp::new(b"localhost", b"80", Kind::Stream)
}

/// The threads of the process that look names up.
fn threads() -> usize {
    let tasks = fs::read_dir("/proc/self/task").expect("the system tells");
    tasks
        .filter_map(Result::ok)
        .filter_map(|task| fs::read_to_string(task.path().join("comm")).ok())
        .filter(|name| name.trim_end() == "moonwire look-u")
        .count()
}

#[test]
fn the_answer_is_that_of_the_resolver() {
    let _alone = alone();
    let reactor = Reactor::new().expect("a reactor");
    let (answer, waits) = run(&reactor, localhost());
    assert_eq!(answer, block_on(localhost(), Timeout::Never, &mut Scratch::new()));
    assert!(answer.is_ok_and(|addresses| !addresses.is_empty()));
    // None where the thread was faster than this one.
    assert!(waits <= 1);
    // A name with a NUL or without an end is not even asked for.
    let (answer, _) = run(&reactor, LookUp::new(&[b'x'; 2000], b"80", Kind::Stream));
    assert!(matches!(answer, Err(Error { cause: Cause::Resolver(_), .. })), "{answer:?}");
}

#[test]
fn numbers_need_no_thread() {
    let _alone = alone();
    let reactor = Reactor::new().expect("a reactor");
    for host in [&b"127.0.0.1"[..], b"::1"] {
        let (answer, waits) = run(&reactor, LookUp::new(host, b"80", Kind::Stream));
        assert_eq!(answer.map(|addresses| addresses.len()), Ok(1));
        assert_eq!(waits, 0);
    }
    let address = Address::ipv4([127, 0, 0, 1].into(), 80);
    let (answer, waits) = run(&reactor, NameOf::new(address, true));
    assert!(answer.is_ok());
    assert_eq!(waits, 0);
    let (answer, waits) = run(&reactor, NameOf::new(address, false));
    assert!(answer.is_ok());
    assert!(waits <= 1);
}

#[test]
fn equal_questions_share_a_thread_and_many_share_a_few() {
    let _alone = alone();
    let reactor = Reactor::new().expect("a reactor");
    let mut scratch = Scratch::new();
    // Those of the reactors of other tests end soon, and a new one gets its name only then.
    let deadline = Instant::now() + Duration::from_secs(20);
    while threads() > 0 && Instant::now() < deadline {
        std::thread::sleep(Duration::from_millis(20));
    }
    let mut lookups: Vec<LookUp> = (0..200)
        .map(|index| match index % 2 {
            0 => localhost(),
            _ => LookUp::new(b"localhost", (index + 1000).to_string().as_bytes(), Kind::Stream),
        })
        .collect();
    let mut waiting = 0;
    for (lookup, waiter) in lookups.iter_mut().zip(0..) {
        match lookup.attempt(&mut scratch, Patience::Loop(&reactor)) {
            Ok(Progress::Waiting) => {
                waiting += 1;
                reactor.wait(Waiter(waiter), lookup.waits_for(), None).expect("it can wait");
            }
            // It asked what another had asked, which was answered meanwhile.
            answer => assert!(matches!(answer, Ok(Progress::Done(_))), "{answer:?}"),
        }
        assert!(threads() <= 4, "{} threads", threads());
    }
    let mut woken = Vec::new();
    let deadline = Instant::now() + Duration::from_secs(20);
    while woken.len() < waiting && Instant::now() < deadline {
        reactor.turn(Some(Duration::from_secs(1)), &mut woken).expect("it turns");
    }
    assert_eq!(woken.len(), waiting);
    for (waiter, wake) in woken {
        assert_eq!(wake, Wake::Ready);
        let lookup = &mut lookups[waiter.0 as usize];
        let answer = lookup.attempt(&mut scratch, Patience::Loop(&reactor));
        assert!(matches!(answer, Ok(Progress::Done(addresses)) if !addresses.is_empty()));
    }
}

#[test]
fn who_does_not_wait_any_more_harms_nobody() {
    let _alone = alone();
    let reactor = Reactor::new().expect("a reactor");
    let mut scratch = Scratch::new();
    let mut given_up = localhost();
    if let Ok(Progress::Waiting) = given_up.attempt(&mut scratch, Patience::Loop(&reactor)) {
        reactor.wait(Waiter(0), given_up.waits_for(), None).expect("it can wait");
        reactor.forget(Waiter(0));
    }
    drop(given_up);
    let (answer, _) = run(&reactor, localhost());
    assert!(answer.is_ok());
}

#[test]
fn a_reactor_goes_while_threads_look_up() {
    let _alone = alone();
    for _ in 0..20 {
        let reactor = Reactor::new().expect("a reactor");
        let mut lookups: Vec<_> = (0..10)
            .map(|port| LookUp::new(b"localhost", port.to_string().as_bytes(), Kind::Stream))
            .collect();
        for lookup in &mut lookups {
            let _ = lookup.attempt(&mut Scratch::new(), Patience::Loop(&reactor));
        }
    }
}
