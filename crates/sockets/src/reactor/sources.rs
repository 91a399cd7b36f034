//! What is known of each descriptor, and its waiters.

use super::loops::Claims;
use super::{Waiter, Wake};
use crate::{Descriptor, Errno, Interest, events, sys};

/// Descriptors by their numbers.
#[derive(Debug)]
pub(super) struct Sources {
    list: Vec<Source>,
    claims: Claims,
}

/// Which of the descriptors that have had the same number, one after the other.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) struct Generation(u32);

#[derive(Debug, Default)]
struct Source {
    is_registered: bool,
    /// Whether this crate has opened the descriptor, and so hears when it is closed.
    is_ours: bool,
    generation: Generation,
    readable: Side,
    writable: Side,
}

/// One direction of a descriptor.
#[derive(Debug, Default)]
struct Side {
    /// A call can succeed: an event has come, and no call since would have had to wait.
    is_ready: bool,
    /// The stream has ended in this direction, so no call has to wait any more.
    is_over: bool,
    /// Urgent data has come. A receive stops before it: a short read does not mean that the stream is drained.
    is_urgent: bool,
    waiters: Waiters,
}

/// The waiters for one direction of a descriptor. There is seldom more than one, which takes no heap memory.
#[derive(Debug, Default)]
enum Waiters {
    #[default]
    None,
    One(Waiter),
    Many(Vec<Waiter>),
}

impl Waiters {
    fn add(&mut self, waiter: Waiter) {
        match self {
            Waiters::None => *self = Waiters::One(waiter),
            Waiters::One(other) => *self = Waiters::Many(vec![*other, waiter]),
            Waiters::Many(many) => many.push(waiter),
        }
    }

    fn remove(&mut self, waiter: Waiter) {
        match self {
            Waiters::One(other) if *other == waiter => *self = Waiters::None,
            Waiters::Many(many) => {
                if let Some(place) = many.iter().position(|other| *other == waiter) {
                    many.swap_remove(place);
                }
                if let [one] = many[..] {
                    *self = Waiters::One(one);
                }
            }
            Waiters::None | Waiters::One(_) => {}
        }
    }

    fn as_slice(&self) -> &[Waiter] {
        match self {
            Waiters::None => &[],
            Waiters::One(waiter) => std::slice::from_ref(waiter),
            Waiters::Many(many) => many,
        }
    }
}

impl Side {
    fn note(&mut self, is_over: bool, woken: &mut Vec<(Waiter, Wake)>) {
        self.is_ready = true;
        self.is_over |= is_over;
        woken.extend(self.waiters.as_slice().iter().map(|waiter| (*waiter, Wake::Ready)));
    }
}

impl Source {
    fn side(&mut self, interest: Interest) -> &mut Side {
        match interest {
            Interest::Readable => &mut self.readable,
            Interest::Writable => &mut self.writable,
        }
    }
}

impl Sources {
    pub(super) fn new(claims: Claims) -> Sources {
        Sources { list: Vec::new(), claims }
    }

    fn get(&mut self, descriptor: Descriptor) -> Option<&mut Source> {
        usize::try_from(descriptor.number()).ok().and_then(|number| self.list.get_mut(number))
    }

    /// The entry of a descriptor; `is_made` says whether to make a missing one.
    fn make(&mut self, descriptor: Descriptor, is_made: bool) -> Option<&mut Source> {
        let number = usize::try_from(descriptor.number()).ok()?;
        if is_made && number >= self.list.len() {
            self.list.resize_with(number + 1, Source::default);
        }
        self.list.get_mut(number)
    }

    /// The generation of a number.
    #[inline]
    pub(super) fn generation(&self, descriptor: Descriptor) -> Generation {
        let number = descriptor.number().unsigned_abs() as usize;
        self.list.get(number).map_or(Generation::default(), |source| source.generation)
    }

    /// Adds a waiter. `false` where a call would not wait: the descriptor is not open, has ended, or is that of a
    /// file, which is always ready.
    pub(super) fn add(
        &mut self,
        watcher: Descriptor,
        descriptor: Descriptor,
        interest: Interest,
        waiter: Waiter,
    ) -> Result<bool, Errno> {
        let Ok(number) = usize::try_from(descriptor.number()) else {
            return Ok(false);
        };
        if number >= self.list.len() {
            self.list.resize_with(number + 1, Source::default);
        }
        let source = &mut self.list[number];
        if !source.is_registered {
            self.claims.claim(descriptor)?;
            match sys::register(watcher, descriptor) {
                Ok(()) => {}
                Err(Errno(libc::EPERM | libc::EBADF)) => return Ok(false),
                Err(errno) => return Err(errno),
            }
            // The kernel reports at once what is ready already. The other direction was not tried: it can be
            // ready.
            source.is_registered = true;
            source.readable.is_ready = interest != Interest::Readable;
            source.writable.is_ready = interest != Interest::Writable;
        }
        let side = source.side(interest);
        // The kernel reports the end once, and a receive need not wait. (Not so for sending: a socket that could
        // not be connected can be connected once more.)
        if side.is_over && interest == Interest::Readable {
            return Ok(false);
        }
        side.waiters.add(waiter);
        Ok(true)
    }

    /// Removes a waiter, if it is there.
    pub(super) fn remove(&mut self, descriptor: Descriptor, interest: Interest, waiter: Waiter) {
        if let Some(source) = self.get(descriptor) {
            source.side(interest).waiters.remove(waiter);
        }
    }

    /// Notes the events that the kernel reports of a descriptor, and the waiters that they wake.
    pub(super) fn note(&mut self, number: u64, reported: i16, woken: &mut Vec<(Waiter, Wake)>) {
        let source = usize::try_from(number).ok().and_then(|number| self.list.get_mut(number));
        let Some(source) = source else {
            return;
        };
        let has = |bits| reported & bits != 0;
        if has(events::IN | events::PRI | events::HUP | events::ERR) {
            source.readable.is_urgent |= has(events::PRI);
            let is_over = has(events::HUP) || has(events::IN) && has(events::RDHUP);
            source.readable.note(is_over, woken);
        }
        if has(events::OUT | events::HUP | events::ERR) {
            // An error alone is that of a pipe without readers.
            let has_failed = has(events::ERR) && (has(events::OUT) || reported == events::ERR);
            source.writable.note(has(events::HUP) || has_failed, woken);
        }
    }

    #[inline]
    pub(super) fn may_be_ready(&self, descriptor: Descriptor, interest: Interest) -> bool {
        let number = descriptor.number().unsigned_abs() as usize;
        self.list.get(number).is_none_or(|source| match interest {
            _ if !source.is_registered => true,
            Interest::Readable => source.readable.is_ready,
            Interest::Writable => source.writable.is_ready,
        })
    }

    #[inline]
    pub(super) fn note_not_ready(&mut self, descriptor: Descriptor, interest: Interest) {
        if let Some(source) = self.get(descriptor) {
            let side = source.side(interest);
            side.is_ready = false;
            // A direction that was over is not over any more: the socket has been connected since.
            side.is_over = false;
        }
    }

    /// Notes a short read. Returns whether the descriptor can be readable all the same.
    #[inline]
    pub(super) fn note_short_receive(&mut self, descriptor: Descriptor, is_drained: bool) -> bool {
        match self.get(descriptor) {
            Some(Source { is_registered: true, readable, .. }) => {
                readable.is_ready &= !is_drained || readable.is_over || readable.is_urgent;
                readable.is_ready
            }
            Some(_) | None => true,
        }
    }

    /// Wakes the waiters that wait to read a descriptor.
    pub(super) fn wake(&mut self, descriptor: Descriptor, woken: &mut Vec<(Waiter, Wake)>) {
        if let Some(source) = self.get(descriptor) {
            source.readable.note(false, woken);
        }
    }

    /// Whether the number of a registered descriptor can be that of another descriptor by now.
    pub(super) fn can_be_another(&mut self, descriptor: Descriptor) -> bool {
        self.get(descriptor).is_some_and(|source| source.is_registered && !source.is_ours)
    }

    /// Forgets a descriptor, which the kernel does when it is closed. `is_ours` says whether this crate has opened
    /// the next descriptor with its number.
    pub(super) fn forget(
        &mut self,
        descriptor: Descriptor,
        is_ours: bool,
        woken: &mut Vec<(Waiter, Wake)>,
    ) {
        let Some(source) = self.make(descriptor, is_ours) else {
            return;
        };
        source.is_ours = is_ours;
        if !source.is_registered {
            return;
        }
        let Source { readable, writable, generation, .. } = std::mem::take(source);
        *source = Source {
            is_ours,
            generation: Generation(generation.0.wrapping_add(1)),
            ..Source::default()
        };
        for side in [readable, writable] {
            let waiters = side.waiters.as_slice().iter();
            woken.extend(waiters.map(|waiter| (*waiter, Wake::Closed)));
        }
        self.claims.disclaim(descriptor);
    }
}
