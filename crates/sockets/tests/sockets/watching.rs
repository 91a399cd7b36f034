//! Sockets that the kernel goes on watching.

use std::os::fd::AsRawFd;
use std::rc::Rc;

use crate::support::{BRIEFLY, SOON, attempt, connection, listeners, takes};
use moonwire_sockets::operation::{OnClose, Progress, Send, Watch};
use moonwire_sockets::{
    Cause, Descriptor, NotWatched, PollEntry, Scratch, Socket, Timeout, WatchSet, Watched,
    block_on, events,
};

const ANY: usize = usize::MAX;

fn fill(socket: &Socket) {
    let sent = block_on(Send::new(socket.descriptor(), b"x"), SOON, &mut Scratch::new());
    assert_eq!(sent, Ok(1));
}

fn set() -> Rc<WatchSet> {
    WatchSet::new().expect("a descriptor for it")
}

fn reading(descriptor: Descriptor) -> PollEntry {
    PollEntry::new(descriptor, events::IN)
}

/// What comes of the entries, where something does.
fn ask(set: &Rc<WatchSet>, entries: &[PollEntry]) -> Vec<i16> {
    let watch = Watch::new(set, entries.to_vec(), ANY, OnClose::Fail).expect("the set is free");
    match block_on(watch, Timeout::from_millis(0), &mut Scratch::new()) {
        Ok((entries, _)) => entries.iter().map(|entry| entry.returned).collect(),
        Err(error) => {
            assert_eq!(error.cause, Cause::TimedOut);
            Vec::new()
        }
    }
}

#[test]
fn what_is_ready_is_noted_in_its_entries() {
    for listener in listeners() {
        let (client, server) = connection(&listener).expect("a connection");
        let set = set();
        let places = [&client, &server].map(|end| Watched::new(Rc::clone(&set), end.descriptor()));
        let entries = [
            reading(Descriptor::from_number(-1)),
            reading(server.descriptor()),
            reading(client.descriptor()),
            PollEntry::new(client.descriptor(), events::OUT),
        ];
        assert_eq!(ask(&set, &entries), [0, 0, 0, events::OUT]);
        assert_eq!(ask(&set, &entries[..3]), []);
        fill(&client);
        for _ in 0..2 {
            assert_eq!(ask(&set, &entries), [0, events::IN, 0, events::OUT]);
            assert_eq!(ask(&set, &entries[1..3]), [events::IN, 0]);
        }
        let [_of_client, of_server] = places;
        drop((of_server, server));
        assert_eq!(ask(&set, &entries[2..3])[0] & events::IN, events::IN);
    }
}

#[test]
fn the_wait_ends_when_something_comes_or_the_time_is_over() {
    for listener in listeners() {
        let (client, server) = connection(&listener).expect("a connection");
        let set = set();
        let _place = Watched::new(Rc::clone(&set), server.descriptor());
        let entries = vec![reading(server.descriptor())];
        let watch =
            || Watch::new(&set, entries.clone(), ANY, OnClose::Fail).expect("the set is free");
        assert_eq!(attempt(&mut watch()), Ok(Progress::Waiting));
        let result =
            takes(BRIEFLY, || block_on(watch(), Timeout::After(BRIEFLY), &mut Scratch::new()));
        assert_eq!(result.map_err(|error| error.cause), Err(Cause::TimedOut));
        let thread = std::thread::spawn(move || {
            std::thread::sleep(BRIEFLY);
            fill(&client);
            client
        });
        let (_, ready) = block_on(watch(), SOON, &mut Scratch::new()).expect("it comes");
        assert_eq!(ready, 1);
        assert!(thread.join().is_ok());
    }
}

#[test]
fn who_leaves_the_set_is_not_watched_though_a_copy_of_the_descriptor_is_open() {
    for listener in listeners() {
        let (client, server) = connection(&listener).expect("a connection");
        let set = set();
        let copy = server.descriptor().duplicate().expect("a copy");
        let number = server.descriptor();
        let place = Watched::new(Rc::clone(&set), number);
        fill(&client);
        assert_eq!(ask(&set, &[reading(number)]), [events::IN]);
        drop(place);
        drop(server);
        assert_eq!(ask(&set, &[]), []);
        // Another socket gets the number.
        let (another, _peer) = connection(&listener).expect("a connection");
        let _place = Watched::new(Rc::clone(&set), another.descriptor());
        assert_eq!(ask(&set, &[reading(another.descriptor())]), []);
        drop(copy);
    }
}

#[test]
fn a_set_says_what_it_is_not_fit_for() {
    for listener in listeners() {
        let (client, server) = connection(&listener).expect("a connection");
        let set = set();
        let _places = [&client, &server].map(|end| Watched::new(Rc::clone(&set), end.descriptor()));
        let entries = vec![reading(client.descriptor()), reading(server.descriptor())];
        let refused = |entries: &[PollEntry], most_changes| match Watch::new(
            &set,
            entries.to_vec(),
            most_changes,
            OnClose::Fail,
        ) {
            Ok(_) => None,
            Err((reason, given_back)) => {
                assert_eq!(given_back, entries);
                Some(reason)
            }
        };
        assert_eq!(refused(&entries, 1), Some(NotWatched::TooManyChanges));
        assert_eq!(refused(&entries, 2), None);
        assert_eq!(refused(&entries, 0), None);
        let twice = [entries[0], entries[0]];
        assert_eq!(refused(&twice, ANY), Some(NotWatched::Unsuitable));
        let waiting = Watch::new(&set, entries.clone(), 0, OnClose::Fail);
        assert_eq!(refused(&entries, ANY), Some(NotWatched::Unsuitable));
        drop(waiting);
        assert_eq!(refused(&entries, ANY), None);
    }
}

#[test]
fn what_the_kernel_does_not_watch_is_refused() {
    let file = std::fs::File::open("/proc/self/exe").expect("the program that runs");
    let descriptor = Descriptor::from_number(file.as_raw_fd());
    let entries = vec![reading(descriptor)];
    let refused = Watch::new(&set(), entries.clone(), ANY, OnClose::Fail).map(|_| ());
    assert_eq!(refused.map_err(|(reason, _)| reason), Err(NotWatched::Unsuitable));
}
