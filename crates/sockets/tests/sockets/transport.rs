//! The operations on records over a transport that is no plain socket.
//!
//! [`Layer`] does what TLS will do: it greets before it can receive, acknowledges what it receives, holds bytes
//! that the kernel knows nothing of, takes bytes that it has not sent yet, and knows whether the end of the
//! stream was announced. A plan says in which pieces it does so.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::io::{IoSlice, Read as _, Write};
use std::mem::MaybeUninit;
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::thread;
use std::time::{Duration, Instant};

use crate::support::SOON;
use moonwire_sockets::operation::{
    Available, EventLoop, Patience, Progress, Read, ReadAvailable, ReadRecord, SendAll, SendPieces,
    Sent, Wait,
};
use moonwire_sockets::transport::{Fill, Room};
use moonwire_sockets::{
    Cause, Delimiter, Errno, Error, Family, Handle, Interest, Operation, Reactor, ReadBuffer,
    Scratch, Socket, SocketCell, Timeout, Transport, Waiter, block_on, copy_to,
};
use proptest::prelude::*;

const AT_ONCE: Timeout = Timeout::After(Duration::ZERO);
const GREETING: u8 = b'?';
const ACKNOWLEDGEMENT: u8 = b'+';
/// What every byte of a frame is combined with, so that no byte passes through by mistake.
const MASK: u8 = 0x5a;
/// How many bytes the layer takes before they are sent.
const MOST_HELD: usize = 1000;

/// Received bytes that are not decoded.
#[derive(Default)]
struct Raw(VecDeque<u8>);

impl Room for Raw {
    fn fill(
        &mut self,
        length: usize,
        receive: impl for<'room> FnOnce(&'room mut [MaybeUninit<u8>]) -> Result<&'room mut [u8], Errno>,
    ) -> Result<usize, Errno> {
        let mut room = vec![MaybeUninit::uninit(); length];
        let written = receive(&mut room)?;
        self.0.extend(&*written);
        Ok(written.len())
    }
}

#[derive(Default)]
struct State {
    raw: Raw,
    decoded: VecDeque<u8>,
    outgoing: VecDeque<u8>,
    has_greeted: bool,
    has_ended: bool,
    /// Whether the kernel may have more, after the last receive.
    may_have_more: bool,
    /// What the layer waits for.
    waits: Option<Interest>,
}

/// A layer above a plain socket. Frames are a length, and as many masked bytes; a length of 0 announces the end.
struct Layer {
    inner: SocketCell,
    state: RefCell<State>,
    plan: Vec<usize>,
    step: Cell<usize>,
}

impl Layer {
    fn new(own: UnixStream, plan: Vec<usize>) -> Layer {
        let inner = SocketCell::empty();
        // As of TCP, a short receive leaves nothing: no descriptors come along.
        inner.put(Socket::from(OwnedFd::from(own)), Some(Family::Inet));
        Layer { inner, state: RefCell::default(), plan, step: Cell::new(0) }
    }

    /// The size of the next piece.
    fn piece(&self) -> usize {
        let step = self.step.replace(self.step.get() + 1);
        self.plan[step % self.plan.len()]
    }

    fn send_outgoing(
        &self,
        state: &mut State,
        patience: &mut Patience<'_, impl EventLoop>,
    ) -> Result<Option<()>, Cause> {
        while !state.outgoing.is_empty() {
            let bytes: Vec<u8> = state.outgoing.iter().copied().take(self.piece()).collect();
            match (&self.inner).send(&bytes, patience)? {
                Some(sent) => drop(state.outgoing.drain(..sent)),
                None => {
                    state.waits = Some(Interest::Writable);
                    return Ok(None);
                }
            }
        }
        Ok(Some(()))
    }
}

impl State {
    /// Decodes the frames that are complete, and acknowledges each.
    fn decode(&mut self) {
        while let Some(length) = self.raw.0.front().copied().map(usize::from) {
            if self.raw.0.len() <= length {
                return;
            }
            self.raw.0.pop_front();
            self.has_ended |= length == 0;
            self.decoded.extend(self.raw.0.drain(..length).map(|byte| byte ^ MASK));
            self.outgoing.push_back(ACKNOWLEDGEMENT);
        }
    }
}

impl Transport for &Layer {
    fn receive(
        &self,
        room: &mut impl Room,
        length: usize,
        _: Fill,
        patience: &mut Patience<'_, impl EventLoop>,
    ) -> Result<Option<usize>, Cause> {
        let state = &mut *self.state.borrow_mut();
        if !state.has_greeted {
            state.has_greeted = true;
            state.outgoing.push_back(GREETING);
        }
        loop {
            if self.send_outgoing(state, patience)?.is_none() {
                return Ok(None);
            }
            if !state.decoded.is_empty() || state.has_ended {
                let bytes: Vec<u8> =
                    state.decoded.iter().copied().take(length.min(self.piece())).collect();
                let taken = room.fill(bytes.len().max(1), |room| Ok(copy_to(room, &bytes)))?;
                state.decoded.drain(..taken);
                return Ok(Some(taken));
            }
            let piece = self.piece();
            match (&self.inner).receive(&mut state.raw, piece, Fill::Available, patience)? {
                Some(0) => return Err(Errno::CONNABORTED.into()),
                Some(received) => {
                    state.may_have_more =
                        received == piece || (&self.inner).note_short_receive(patience);
                    state.decode();
                }
                None => {
                    state.waits = Some(Interest::Readable);
                    return Ok(None);
                }
            }
        }
    }

    fn note_short_receive(&self, _: &Patience<'_, impl EventLoop>) -> bool {
        self.state.borrow().may_have_more
    }

    fn has_bytes_ready(&self) -> bool {
        let state = self.state.borrow();
        !state.decoded.is_empty() || state.has_ended
    }

    fn send(
        &self,
        bytes: &[u8],
        patience: &mut Patience<'_, impl EventLoop>,
    ) -> Result<Option<usize>, Cause> {
        let state = &mut *self.state.borrow_mut();
        if state.outgoing.len() >= MOST_HELD && self.send_outgoing(state, patience)?.is_none() {
            return Ok(None);
        }
        let length = bytes.len().min(self.piece()).min(255);
        if length > 0 {
            state.outgoing.push_back(length as u8);
            state.outgoing.extend(bytes[..length].iter().map(|byte| byte ^ MASK));
        }
        Ok(Some(length))
    }

    fn note_short_send(&self, _: &Patience<'_, impl EventLoop>) -> bool {
        true
    }

    fn flush(&self, patience: &mut Patience<'_, impl EventLoop>) -> Result<Option<()>, Cause> {
        self.send_outgoing(&mut self.state.borrow_mut(), patience)
    }

    fn waits_for(&self, interest: Interest) -> Wait<'_> {
        let waits = self.state.borrow().waits;
        let is_in_vain = waits == Some(Interest::Readable) && self.has_bytes_ready();
        assert!(!is_in_vain, "the kernel does not tell of bytes that are here");
        let descriptor = (&self.inner).descriptor().expect("an open socket");
        match waits {
            Some(Interest::Writable) if interest == Interest::Readable => {
                // The peer can end the stream meanwhile.
                Wait::Either(descriptor)
            }
            waits => Wait::Descriptor(descriptor, waits.unwrap_or(interest)),
        }
    }
}

/// How a stream comes to its end.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum End {
    Announced,
    Unannounced,
}

fn frames(bytes: &[u8], sizes: &[usize], end: End) -> Vec<u8> {
    let mut frames = Vec::new();
    let (mut rest, mut step) = (bytes, 0);
    while !rest.is_empty() {
        let length = sizes[step % sizes.len()].clamp(1, 255).min(rest.len());
        frames.push(length as u8);
        frames.extend(rest[..length].iter().map(|byte| byte ^ MASK));
        (rest, step) = (&rest[length..], step + 1);
    }
    if end == End::Announced {
        frames.push(0);
    }
    frames
}

/// The peer: waits for the greeting, sends in pieces, and reads all that comes meanwhile.
fn peer(mut stream: UnixStream, bytes: Vec<u8>, pieces: Vec<usize>) -> thread::JoinHandle<()> {
    thread::spawn(move || {
        stream.read_exact(&mut [0]).expect("a greeting");
        let mut acknowledgements = stream.try_clone().expect("a descriptor");
        let reader = thread::spawn(move || {
            let read = acknowledgements.read_to_end(&mut Vec::new());
            read.expect("an end without a failure");
        });
        let (mut rest, mut step) = (&bytes[..], 0);
        while !rest.is_empty() {
            let (piece, after) = rest.split_at(pieces[step % pieces.len()].min(rest.len()));
            stream.write_all(piece).expect("a reader");
            (rest, step) = (after, step + 1);
        }
        stream.shutdown(std::net::Shutdown::Write).expect("an open socket");
        reader.join().expect("the reader");
    })
}

/// Runs an operation as an event loop does: nothing is tried that is known to be in vain.
fn run_on_loop<O: Operation>(
    reactor: &Reactor,
    mut operation: O,
    scratch: &mut Scratch,
) -> Result<O::Output, Error> {
    let mut woken = Vec::new();
    loop {
        if let Progress::Done(output) = operation.attempt(scratch, Patience::Loop(reactor))? {
            return Ok(output);
        }
        reactor.wait(Waiter(0), operation.waits_for(), None).expect("room for a waiter");
        let start = Instant::now();
        // A turn can end without a waiter to wake.
        while woken.is_empty() {
            reactor.turn(SOON.duration(), &mut woken).expect("a turn");
            assert!(SOON.after(start.elapsed()) != AT_ONCE, "the wait has not ended");
        }
        woken.clear();
    }
}

/// Runs an operation with one of the drivers.
fn run<O: Operation>(
    reactor: Option<&Reactor>,
    operation: O,
    scratch: &mut Scratch,
) -> Result<O::Output, Error> {
    match reactor {
        Some(reactor) => run_on_loop(reactor, operation, scratch),
        None => block_on(operation, SOON, scratch),
    }
}

/// Takes bytes from the front of the buffer, and drops some behind them.
fn take(buffer: &ReadBuffer, length: usize, dropped: usize) -> Vec<u8> {
    let bytes = buffer.front(length).expect("nobody else looks").to_vec();
    buffer.consume(length + dropped).expect("nobody else looks");
    bytes
}

/// One read of each kind after the other, until the stream ends. The bytes come back joined.
fn read_all(
    layer: &Layer,
    reactor: Option<&Reactor>,
    wanted: &[u8],
) -> (Vec<u8>, Result<Read, Error>) {
    let buffer = ReadBuffer::new();
    let delimiter = Delimiter::new(b"\n").expect("a delimiter with bytes");
    let scratch = &mut Scratch::new();
    let mut all = Vec::new();
    for step in 0.. {
        let end = match wanted[step % wanted.len()] {
            0 => match run(reactor, ReadAvailable::new(layer, &buffer, 50), scratch) {
                Ok(Available::Buffered(length)) => {
                    all.append(&mut take(&buffer, length, 0));
                    continue;
                }
                Ok(Available::Received(_)) => {
                    all.extend_from_slice(scratch.filled());
                    continue;
                }
                Ok(Available::EndOfStream) => Ok(Read::EndOfStream),
                Err(error) => Err(error),
            },
            1 => run(reactor, ReadRecord::until(layer, &buffer, &delimiter, 1 << 20), scratch),
            2 => run(reactor, ReadRecord::line(layer, &buffer, 1 << 20), scratch),
            length => run(reactor, ReadRecord::exactly(layer, &buffer, length.into()), scratch),
        };
        let ends_in_feed = matches!(wanted[step % wanted.len()], 1 | 2);
        match end {
            Ok(Read::Whole(length)) => {
                all.append(&mut take(&buffer, length, usize::from(ends_in_feed)));
                all.extend(ends_in_feed.then_some(b'\n'));
            }
            end => {
                all.append(&mut take(&buffer, usize::MAX, 0));
                return (all, end);
            }
        }
    }
    unreachable!("a stream ends")
}

fn sizes() -> impl Strategy<Value = Vec<usize>> {
    prop::collection::vec(prop_oneof![3 => 1..8_usize, 2 => 8..500_usize], 1..6)
}

fn text() -> impl Strategy<Value = Vec<u8>> {
    prop::collection::vec(prop::sample::select(&b"ab\r\n"[..]), 0..2000)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Whatever the pieces and the reads: what is read is what was sent, once, in order.
    #[test]
    fn reads_give_what_was_sent(
        bytes in text(), plan in sizes(), cuts in sizes(), pieces in sizes(),
        wanted in prop::collection::vec(0..200_u8, 1..5),
        is_announced: bool, has_loop: bool,
    ) {
        let (own, other) = UnixStream::pair().expect("a pair of sockets");
        let end = if is_announced { End::Announced } else { End::Unannounced };
        let peer = peer(other, frames(&bytes, &cuts, end), pieces);
        let layer = Layer::new(own, plan);
        let reactor = has_loop.then(|| Reactor::new().expect("a reactor"));
        let (read, ended) = read_all(&layer, reactor.as_ref(), &wanted);
        layer.inner.close();
        peer.join().expect("the peer");
        prop_assert_eq!(read, bytes);
        match end {
            End::Announced => prop_assert_eq!(ended, Ok(Read::EndOfStream)),
            End::Unannounced => prop_assert_eq!(ended, Err(Errno::CONNABORTED.during("read"))),
        }
    }

    /// Whatever the pieces: what is sent arrives, also where the layer has taken it long before.
    #[test]
    fn what_is_sent_arrives(
        bytes in prop::collection::vec(text(), 1..4), plan in sizes(), has_loop: bool, is_one: bool,
    ) {
        let (own, mut other) = UnixStream::pair().expect("a pair of sockets");
        let peer = thread::spawn(move || {
            let mut got = Vec::new();
            other.read_to_end(&mut got).map(|_| got)
        });
        let layer = Layer::new(own, plan);
        let reactor = has_loop.then(|| Reactor::new().expect("a reactor"));
        let whole = bytes.concat();
        let scratch = &mut Scratch::new();
        let sent = if is_one {
            run(reactor.as_ref(), SendAll::new(&layer, &whole), scratch)
        } else {
            let pieces = bytes.iter().map(|piece| IoSlice::new(piece)).collect();
            run(reactor.as_ref(), SendPieces::new(&layer, pieces), scratch)
        };
        prop_assert_eq!(sent, Ok(Sent { length: whole.len(), end: Ok(()) }));
        prop_assert!(layer.state.borrow().outgoing.is_empty());
        layer.inner.close();
        let mut state = State::default();
        state.raw.0.extend(peer.join().expect("the peer").expect("no failure"));
        state.decode();
        prop_assert_eq!(Vec::from(state.decoded), whole);
    }
}

/// A peer that reads nothing: the layer cannot write what it has to before it can read.
#[test]
fn a_read_waits_until_it_can_write() {
    let (own, mut other) = UnixStream::pair().expect("a pair of sockets");
    own.set_nonblocking(true).expect("an open socket");
    let mut filling = own.try_clone().expect("a descriptor");
    while filling.write(&[0; 4096]).is_ok() {}
    drop(filling);
    let layer = Layer::new(own, vec![1000]);
    let buffer = ReadBuffer::new();
    other.write_all(&frames(b"ready", &[5], End::Announced)).expect("a reader");

    let reactor = Reactor::new().expect("a reactor");
    let mut read = ReadRecord::exactly(&layer, &buffer, 5);
    let scratch = &mut Scratch::new();
    let attempt = read.attempt(scratch, Patience::Loop(&reactor));
    assert_eq!(attempt, Ok(Progress::Waiting));
    assert!(matches!(read.waits_for(), Wait::Either(_)));

    let reader = thread::spawn(move || {
        let mut got = Vec::new();
        other.read_to_end(&mut got).map(|_| got.last().copied())
    });
    assert_eq!(run_on_loop(&reactor, read, scratch), Ok(Read::Whole(5)));
    assert_eq!(take(&buffer, 5, 0), b"ready");
    layer.inner.close();
    let last = reader.join().expect("the reader").expect("no failure");
    assert_eq!(last, Some(ACKNOWLEDGEMENT));
}
