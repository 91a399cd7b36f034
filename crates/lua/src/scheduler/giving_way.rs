//! Letting the others have their turn.

use moonwire_sockets::operation::{Patience, Progress, Wait};
use moonwire_sockets::{Error, Operation, Scratch};

use super::with_current;

/// Is done when every task that is ready has had its turn. Outside of tasks there are no others.
#[derive(Debug, Default)]
pub(crate) struct GiveWay {
    has_given: bool,
}

impl Operation for GiveWay {
    const NAME: &'static str = "yield";
    type Output = ();

    fn attempt(&mut self, _: &mut Scratch, _: Patience<'_>) -> Result<Progress<()>, Error> {
        if self.has_given {
            return Ok(Progress::Done(()));
        }
        self.has_given = true;
        let is_task = with_current(|scheduler, current| scheduler.make_ready(current)).is_some();
        Ok(if is_task { Progress::Waiting } else { Progress::Done(()) })
    }

    fn waits_for(&self) -> Wait<'_> {
        Wait::Notice
    }
}
