//! C stacks on which coroutines run.
//!
//! A call that has to wait suspends its coroutine where Lua can do that. Often it cannot: on Lua 5.1, 5.2
//! and LuaJIT a C function is not told whether it may; and on every version there are C functions and
//! metamethods between the task and the call, or a coroutine that belongs to the program and must not yield
//! to it. So whatever runs in a task runs on a C stack of its own, and the call *parks* that: the scheduler
//! goes on with another stack, and comes back to this one when the wait is over. Nothing in between sees
//! anything of it.
//!
//! A coroutine that Lua has suspended needs no C stack, so there are only as many as are parked, and one.

use std::cell::{Cell, RefCell};
use std::fmt;
use std::io;
use std::ptr;
use std::sync::atomic::{AtomicUsize, Ordering};

use corosensei::stack::DefaultStack;
use corosensei::{Coroutine, CoroutineResult, Yielder};
use mlua::ffi;

use super::call::Call;
use super::held;
use super::thread::{Resumed, Thread};
use super::versions::{has_level, is_main};

/// The size of a stack: that of a program's main thread. Lua nests C calls up to 200 deep, with buffers of up
/// to 8 KiB each, and LuaJIT as deep as there is room. Memory is used only when it is touched.
const SIZE: usize = 8 * 1024 * 1024;
/// How many stacks are kept for later.
const MOST_IDLE: usize = 16;
/// How many stacks the process may have. The kernel lets it have 65,530 mappings (`vm.max_map_count`), of which
/// each takes two, and where there are none left nothing works any more.
const MOST: usize = 30_000;
/// How many there are.
static COUNT: AtomicUsize = AtomicUsize::new(0);

/// What a stack is told to do.
enum Order {
    /// Resume this coroutine.
    Resume(*mut ffi::lua_State),
    /// Go on where it was parked.
    GoOn,
    /// Drop what the parked call owns, for the Lua state is at its end.
    GiveUp,
}

/// What a stack has come to.
enum Report {
    Resumed(Resumed),
    Parked,
}

type Exchange = Yielder<Order, Report>;

/// A C stack in the middle of a call.
pub(crate) struct Stack(Option<Coroutine<Order, Report, ()>>);

impl fmt::Debug for Stack {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Stack")
    }
}

impl Stack {
    /// Drops what the call owns that is parked here. Nobody goes on with it any more.
    pub(crate) fn give_up(mut self) -> Stack {
        let outer = (EXCHANGE.get(), held::begin());
        if let Some(stack) = &mut self.0 {
            stack.resume(Order::GiveUp);
        }
        EXCHANGE.set(outer.0);
        held::go_on(outer.1);
        self
    }
}

impl Drop for Stack {
    fn drop(&mut self) {
        if let Some(mut stack) = self.0.take() {
            // SAFETY: what lies on it is given up without being dropped. That is memory at most, see `give_up`:
            // the Lua state that its frames belong to is at its end, or keeps what they refer to.
            unsafe { stack.force_reset() };
            COUNT.fetch_sub(1, Ordering::Relaxed);
        }
    }
}

/// What a coroutine has come to.
pub(crate) enum Ran {
    Resumed(Resumed),
    /// It waits in the middle of a call, on this stack.
    Parked(Stack),
}

thread_local! {
    /// How the stack that runs gives way. It lies on that stack.
    static EXCHANGE: Cell<*const Exchange> = const { Cell::new(ptr::null()) };
    /// What the scheduler of the stack that runs runs in.
    static FROM: Cell<*mut ffi::lua_State> = const { Cell::new(ptr::null_mut()) };
}

/// The stacks of a scheduler.
#[derive(Debug, Default)]
pub(crate) struct Stacks {
    idle: RefCell<Vec<Stack>>,
}

impl Stacks {
    /// Resumes a coroutine that nobody is resuming.
    ///
    /// # Errors
    /// Where there is no memory for another stack.
    pub(crate) fn resume(&self, call: &mut Call<'_>, thread: Thread) -> io::Result<Ran> {
        let idle = self.idle.borrow_mut().pop();
        let stack = match idle {
            Some(stack) => stack,
            None => new_stack()?,
        };
        Ok(self.run(call, stack, Order::Resume(thread.state)))
    }

    /// Goes on with what was parked.
    pub(crate) fn go_on(&self, call: &mut Call<'_>, stack: Stack) -> Ran {
        self.run(call, stack, Order::GoOn)
    }

    fn run(&self, call: &mut Call<'_>, mut stack: Stack, order: Order) -> Ran {
        let outer = (EXCHANGE.get(), FROM.replace(call.state()), held::begin());
        let report = match stack.0.as_mut().map(|coroutine| coroutine.resume(order)) {
            Some(CoroutineResult::Yield(report)) => report,
            // The loop of `serve` does not end.
            Some(CoroutineResult::Return(())) | None => Report::Resumed(Resumed::Yielded),
        };
        EXCHANGE.set(outer.0);
        FROM.set(outer.1);
        held::go_on(outer.2);
        match report {
            Report::Parked => Ran::Parked(stack),
            Report::Resumed(resumed) => {
                let mut idle = self.idle.borrow_mut();
                if idle.len() < MOST_IDLE {
                    idle.push(stack);
                }
                Ran::Resumed(resumed)
            }
        }
    }
}

impl Call<'_> {
    /// Whether the call is made in the main coroutine or in the one in which the loop runs. Those have been left for
    /// a task, so the host calls into them, or is closing the state: what waits there waits with the thread.
    /// Recent releases of LuaJIT run finalisers in a coroutine of their own, and empty the main one before
    /// they close the state.
    pub(crate) fn runs_below_tasks(&self) -> bool {
        let from = FROM.get();
        // SAFETY: a function of ours runs, in a task, so the loop has resumed that from `from`.
        self.state() == from || unsafe { is_main(self.state()) || !has_level(from, 0) }
    }
}

fn new_stack() -> io::Result<Stack> {
    if COUNT.load(Ordering::Relaxed) >= MOST {
        return Err(io::Error::other("too many tasks wait: no memory for another stack"));
    }
    let no_memory = |error| io::Error::other(format!("no memory for another stack: {error}"));
    let stack = DefaultStack::new(SIZE).map_err(no_memory)?;
    COUNT.fetch_add(1, Ordering::Relaxed);
    Ok(Stack(Some(Coroutine::with_stack(stack, serve))))
}

/// Whether a stack that was parked goes on.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Parked {
    GoesOn,
    /// The Lua state is at its end: the caller drops what it owns and [stays](stay) here.
    IsGivenUp,
}

// The stack may go on in another thread, so the address of the thread-local must not be kept from before.
#[inline(never)]
fn set_exchange(exchange: *const Exchange) {
    EXCHANGE.set(exchange);
}

/// Parks the stack that runs, until the scheduler goes on with it. Only what runs on one may call this.
pub(crate) fn park() -> Parked {
    let (exchange, held) = (EXCHANGE.get(), held::current());
    // SAFETY: it was set by the stack that runs, on which it lies, when that was last entered.
    let order = unsafe { (*exchange).suspend(Report::Parked) };
    set_exchange(exchange);
    held::go_on(held);
    match order {
        Order::GiveUp => Parked::IsGivenUp,
        Order::Resume(_) | Order::GoOn => Parked::GoesOn,
    }
}

/// Parks the stack that runs for ever.
pub(crate) fn stay() -> ! {
    loop {
        park();
    }
}

/// The life of a stack: it resumes one coroutine after the other.
fn serve(exchange: &Exchange, mut order: Order) {
    loop {
        set_exchange(exchange);
        let resumed = match order {
            // SAFETY: the scheduler runs in a function of ours, and resumes only what it has made.
            Order::Resume(state) => unsafe { Thread::resume(state, || FROM.get()) },
            // Nothing was parked here.
            Order::GoOn | Order::GiveUp => Resumed::Yielded,
        };
        order = exchange.suspend(Report::Resumed(resumed));
    }
}
