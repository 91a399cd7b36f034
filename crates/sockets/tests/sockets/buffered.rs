//! Reading records through a buffer, held against a naive model.

use std::io::Write;
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::time::{Duration, Instant};

use crate::support::SOON;
use moonwire_sockets::operation::{
    Available, Exactly, Patience, Progress, Read, ReadAvailable, ReadRecord, SendAll, Until,
};
use moonwire_sockets::{
    Cause, Delimiter, Errno, Error, Family, Operation, ReadBuffer, Scratch, Socket, SocketCell,
    Timeout, block_on,
};
use proptest::prelude::*;

const AT_ONCE: Timeout = Timeout::After(Duration::ZERO);

/// A socket with a buffer, and the peer.
struct Reader {
    socket: SocketCell,
    buffer: ReadBuffer,
    peer: Option<UnixStream>,
}

impl Reader {
    fn new() -> Reader {
        let (peer, own) = UnixStream::pair().expect("a pair of sockets");
        let socket = SocketCell::empty();
        socket.put(Socket::from(OwnedFd::from(own)), Some(Family::Unix));
        Reader { socket, buffer: ReadBuffer::new(), peer: Some(peer) }
    }

    fn exactly(&self, length: usize) -> ReadRecord<'_, &SocketCell, Exactly> {
        ReadRecord::exactly(&self.socket, &self.buffer, length)
    }

    fn until<'a>(
        &'a self,
        delimiter: &'a Delimiter,
    ) -> ReadRecord<'a, &'a SocketCell, Until<&'a Delimiter>> {
        ReadRecord::until(&self.socket, &self.buffer, delimiter, usize::MAX)
    }

    fn available(&self, limit: usize) -> ReadAvailable<'_, &SocketCell> {
        ReadAvailable::new(&self.socket, &self.buffer, limit)
    }

    fn send(&self, bytes: &[u8]) {
        self.peer.as_ref().expect("an open peer").write_all(bytes).expect("room for the bytes");
    }

    fn take(&self, length: usize) -> Vec<u8> {
        let bytes = self.buffer.front(length).expect("nobody else looks").to_vec();
        self.buffer.consume(length).expect("nobody else looks");
        bytes
    }
}

/// What a read is for.
#[derive(Clone, Debug)]
enum Wanted {
    Exactly(usize),
    Until(Vec<u8>),
    Available(usize),
}

#[derive(Clone, Debug)]
enum Step {
    /// The peer sends.
    Send(Vec<u8>),
    /// A read. The peer sends these while it waits, and then its time is over.
    Read(Wanted, Vec<Vec<u8>>),
}

/// What has come of a read: the bytes, and why there are no more.
type Outcome = (Vec<u8>, Result<(), &'static str>);

/// The model: all that was sent and not given out.
#[derive(Default)]
struct Model {
    left: Vec<u8>,
    is_closed: bool,
}

impl Model {
    fn give(&mut self, length: usize, dropped: usize, end: Result<(), &'static str>) -> Outcome {
        let bytes = self.left[..length].to_vec();
        self.left.drain(..length + dropped);
        (bytes, end)
    }

    /// What a read gives as things are, `None` where it has to wait. One that takes what there is
    /// may take less than was sent: `got` bytes, but not nothing.
    fn try_read(&mut self, wanted: &Wanted, got: usize) -> Option<Outcome> {
        let left = self.left.len();
        match wanted {
            Wanted::Exactly(length) if left >= *length => Some(self.give(*length, 0, Ok(()))),
            Wanted::Available(limit) if left > 0 => {
                Some(self.give(got.min(left).min(*limit), 0, Ok(())))
            }
            Wanted::Until(delimiter) => {
                let mut windows = self.left.windows(delimiter.len());
                match windows.position(|window| window == delimiter) {
                    Some(place) => Some(self.give(place, delimiter.len(), Ok(()))),
                    None if self.is_closed => Some(self.give(left, 0, Err("end"))),
                    None => None,
                }
            }
            _ if self.is_closed => Some(self.give(left, 0, Err("end"))),
            _ => None,
        }
    }

    fn out_of_time(&mut self, wanted: &Wanted) -> Outcome {
        let left = self.left.len();
        let held_back = match wanted {
            Wanted::Until(delimiter) => (1..delimiter.len())
                .rev()
                .find(|begun| self.left.ends_with(&delimiter[..*begun]))
                .unwrap_or(0),
            _ => 0,
        };
        self.give(left - held_back, 0, Err("time"))
    }
}

/// Runs a read, during which the peer sends, with a driver that does not wait.
fn drive<O: Operation>(
    mut operation: O,
    reader: &Reader,
    sends: &[Vec<u8>],
    scratch: &mut Scratch,
) -> Result<Option<O::Output>, Error> {
    let mut sends = sends.iter();
    loop {
        match operation.attempt(scratch, Patience::NONE)? {
            Progress::Done(read) => return Ok(Some(read)),
            Progress::Waiting => match sends.next() {
                Some(bytes) => reader.send(bytes),
                // One more attempt has nothing more to find, but may not have looked.
                None => match operation.attempt(scratch, Patience::NONE)? {
                    Progress::Done(read) => return Ok(Some(read)),
                    Progress::Waiting => return Ok(None),
                },
            },
        }
    }
}

/// Runs a read. With nothing sent meanwhile, the driver that parks the thread reads as well.
fn run<O: Operation>(
    operation: O,
    reader: &Reader,
    sends: &[Vec<u8>],
    scratch: &mut Scratch,
) -> Option<O::Output> {
    let result = match sends {
        [] => match block_on(operation, AT_ONCE, scratch) {
            Err(Error { cause: Cause::TimedOut, .. }) => Ok(None),
            result => result.map(Some),
        },
        _ => drive(operation, reader, sends, scratch),
    };
    result.expect("no failure")
}

/// The same read by the crate, and by the model with the same sends.
fn read_both(reader: &Reader, model: &mut Model, wanted: &Wanted, sends: &[Vec<u8>]) {
    let delimiter = match wanted {
        Wanted::Until(bytes) => Delimiter::new(bytes),
        _ => None,
    };
    let mut scratch = Scratch::new();
    // What has not gone through the buffer.
    let mut received = Vec::new();
    let read = match (wanted, &delimiter) {
        (Wanted::Exactly(length), _) => run(reader.exactly(*length), reader, sends, &mut scratch),
        (_, Some(delimiter)) => run(reader.until(delimiter), reader, sends, &mut scratch),
        (Wanted::Available(limit), _) => {
            match run(reader.available(*limit), reader, sends, &mut scratch) {
                Some(Available::Buffered(length)) => Some(Read::Whole(length)),
                Some(Available::Received(length)) => {
                    received = scratch.filled().to_vec();
                    assert_eq!(received.len(), length);
                    Some(Read::Whole(0))
                }
                Some(Available::EndOfStream) => Some(Read::EndOfStream),
                None => None,
            }
        }
        (Wanted::Until(_), None) => unreachable!("delimiters have bytes"),
    };

    let outcome = match read {
        Some(Read::Whole(length)) => {
            let mut bytes = reader.take(length);
            bytes.append(&mut received);
            if let Some(delimiter) = &delimiter {
                reader.take(delimiter.len());
            }
            (bytes, Ok(()))
        }
        Some(Read::EndOfStream) => (reader.take(reader.buffer.len()), Err("end")),
        Some(Read::Oversized) => (Vec::new(), Err("oversized")),
        None => {
            let length = match &delimiter {
                Some(delimiter) => reader.buffer.len_before(delimiter),
                None => reader.buffer.len(),
            };
            (reader.take(length), Err("time"))
        }
    };

    let mut sends = sends.iter();
    let expected = loop {
        match (model.try_read(wanted, outcome.0.len().max(1)), sends.next()) {
            (Some(outcome), unsent) => {
                // The read was done before these were sent.
                for bytes in unsent.into_iter().chain(sends) {
                    reader.send(bytes);
                    model.left.extend_from_slice(bytes);
                }
                break outcome;
            }
            (None, Some(bytes)) => model.left.extend_from_slice(bytes),
            (None, None) => break model.out_of_time(wanted),
        }
    };
    assert_eq!(outcome, expected, "{wanted:?}");
}

fn bytes(most: usize) -> impl Strategy<Value = Vec<u8>> {
    // Few kinds of bytes: delimiters overlap with themselves and with what is before them.
    prop::collection::vec(prop::sample::select(&b"aab\r\n"[..]), 0..most)
}

fn delimiter() -> impl Strategy<Value = Vec<u8>> {
    const KNOWN: [&[u8]; 8] =
        [b"\r\n", b"aab", b"abab", b"a", b"aaaaa", b"\n", b"\r\n\r\n", b"abaabaa"];
    prop_oneof![
        prop::sample::select(&KNOWN[..]).prop_map(<[u8]>::to_vec),
        bytes(6).prop_filter("delimiters have bytes", |bytes| !bytes.is_empty()),
    ]
}

fn wanted() -> impl Strategy<Value = Wanted> {
    prop_oneof![
        3 => delimiter().prop_map(Wanted::Until),
        2 => (0..40_usize).prop_map(Wanted::Exactly),
        1 => (0..40_000_usize).prop_map(Wanted::Exactly),
        1 => (1..100_usize).prop_map(Wanted::Available),
    ]
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        2 => bytes(20).prop_map(Step::Send),
        1 => (0..30_000_usize, bytes(20)).prop_map(|(length, mut end)| {
            let mut bytes = vec![b'x'; length];
            bytes.append(&mut end);
            Step::Send(bytes)
        }),
        4 => (wanted(), prop::collection::vec(bytes(8), 0..6))
            .prop_map(|(wanted, sends)| Step::Read(wanted, sends)),
    ]
}

proptest! {
    /// Whatever the packets, the delimiters and the moments at which time is over: results, partial
    /// results and delimiters laid end to end are the stream, and each read gives what the model
    /// says. (The model checks every byte as it is given out.)
    #[test]
    fn reads_give_what_the_model_gives(steps in prop::collection::vec(step(), 1..24)) {
        let mut reader = Reader::new();
        let mut model = Model::default();
        for step in &steps {
            match step {
                // What is not read yet must fit into the socket's own buffer.
                Step::Send(bytes) if model.left.len() + bytes.len() < 60_000 => {
                    reader.send(bytes);
                    model.left.extend_from_slice(bytes);
                }
                Step::Send(_) => {}
                Step::Read(wanted, sends) => read_both(&reader, &mut model, wanted, sends),
            }
        }
        reader.peer = None;
        model.is_closed = true;
        for step in &steps {
            if let Step::Read(wanted, _) = step {
                read_both(&reader, &mut model, wanted, &[]);
            }
        }
        read_both(&reader, &mut model, &Wanted::Exactly(1 << 30), &[]);
        prop_assert!(model.left.is_empty());
        prop_assert!(reader.buffer.is_empty());
    }
}

#[test]
fn a_delimiter_is_found_where_its_beginning_repeats() {
    let reader = Reader::new();
    let delimiter = Delimiter::new(b"aab").expect("a delimiter with bytes");
    reader.send(b"xaaab");
    let read = block_on(reader.until(&delimiter), SOON, &mut Scratch::new());
    assert_eq!(read, Ok(Read::Whole(2)));
    assert_eq!(reader.take(2), b"xa");
}

#[test]
fn a_long_record_is_searched_once() {
    let mut reader = Reader::new();
    let mut peer = reader.peer.take().expect("the peer");
    // Half a delimiter everywhere: the worst case for whoever begins anew with every packet.
    let record = vec![b'\r'; 32 << 20];
    let length = record.len();
    let writer = std::thread::spawn(move || {
        peer.write_all(&record).and_then(|()| peer.write_all(b"\n")).expect("a reader");
    });
    let delimiter = Delimiter::new(b"\r\n").expect("a delimiter with bytes");
    let start = Instant::now();
    let read = block_on(reader.until(&delimiter), Timeout::Never, &mut Scratch::new());
    assert_eq!(read, Ok(Read::Whole(length - 1)));
    assert!(start.elapsed() < Duration::from_secs(10), "took {:?}", start.elapsed());
    writer.join().expect("the writer");
}

#[test]
fn a_huge_read_takes_memory_only_for_what_comes() {
    let reader = Reader::new();
    reader.send(b"little");
    let read = block_on(reader.exactly(1 << 40), AT_ONCE, &mut Scratch::new());
    assert_eq!(read, Err(Error::timed_out("read")));
    assert_eq!(reader.take(100), b"little");
}

#[test]
fn a_reset_leaves_what_came_before_it() {
    let mut reader = Reader::new();
    let own = SendAll::new(&reader.socket, b"never read");
    block_on(own, SOON, &mut Scratch::new()).expect("room for the bytes");
    reader.send(b"partial");
    // Closing with bytes unread resets the connection.
    reader.peer = None;
    let read = block_on(reader.exactly(100), SOON, &mut Scratch::new());
    let kept = reader.take(100);
    assert_eq!(kept, b"partial");
    assert_eq!(read, Err(Errno::CONNRESET.during("read")));
}

#[test]
fn a_closed_socket_fails_with_ebadf() {
    let reader = Reader::new();
    let mut read = reader.exactly(5);
    assert_eq!(read.attempt(&mut Scratch::new(), Patience::NONE), Ok(Progress::Waiting));
    reader.socket.close();
    let after = read.attempt(&mut Scratch::new(), Patience::NONE);
    assert_eq!(after, Err(Errno::BADF.during("read")));
}

#[test]
fn sending_all_tells_how_much_was_taken() {
    let reader = Reader::new();
    let bytes = vec![7; 8 << 20];
    let start = Instant::now();
    let timeout = Timeout::After(Duration::from_millis(150));
    let send = SendAll::new(&reader.socket, &bytes);
    let sent = block_on(send, timeout, &mut Scratch::new()).expect("a count");
    assert!(start.elapsed() >= Duration::from_millis(150));
    assert!(sent.length > 0 && sent.length < bytes.len());
    assert_eq!(sent.end, Err(Error::timed_out("write")));
}
