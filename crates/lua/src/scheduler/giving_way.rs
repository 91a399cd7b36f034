//! Letting the others have their turn.

use moonwire_sockets::operation::{EventLoop, Patience, Progress, Wait};
use moonwire_sockets::{Error, Operation, Scratch};

use super::{task_of, with_current};

/// Is done when every task that is ready has had its turn. Outside of tasks there are no others.
#[derive(Debug, Default)]
pub(crate) struct GiveWay {
    has_given: bool,
}

impl Operation for GiveWay {
    const NAME: &'static str = "yield";
    type Output = ();

    fn attempt(
        &mut self,
        _: &mut Scratch,
        patience: Patience<'_, impl EventLoop>,
    ) -> Result<Progress<()>, Error> {
        if self.has_given || task_of(&patience).is_none() {
            return Ok(Progress::Done(()));
        }
        self.has_given = true;
        with_current(|scheduler, current| scheduler.make_ready(current));
        Ok(Progress::Waiting)
    }

    fn waits_for(&self) -> Wait<'_> {
        Wait::Notification
    }
}

/// Is done at once. It stands for what is done without an operation, so that this too counts as one of those
/// after which a task gives way, and fails where the task is to end.
#[derive(Debug)]
pub(crate) struct Pass;

impl Operation for Pass {
    const NAME: &'static str = "wait";
    type Output = ();

    fn attempt(
        &mut self,
        _: &mut Scratch,
        _: Patience<'_, impl EventLoop>,
    ) -> Result<Progress<()>, Error> {
        Ok(Progress::Done(()))
    }

    fn waits_for(&self) -> Wait<'_> {
        Wait::Notification
    }
}
