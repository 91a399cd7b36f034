//! Lua strings of what a read buffer holds.

use moonwire_sockets::ReadBuffer;

use crate::native::{Built, Call, Raise, Value};

/// Up to here, copying bytes to the scratch of the call costs less than a protected call does.
const SHORT: usize = 1024;

impl<'c> Call<'c> {
    /// Takes the first `length` bytes out of the buffer, for the reply, and `more` behind them, which
    /// are dropped.
    #[inline]
    pub(crate) fn take_buffered(
        mut self,
        buffer: &ReadBuffer,
        length: usize,
        more: usize,
    ) -> Result<Value<'c>, Raise> {
        if length > SHORT {
            return self.build_buffered(buffer, length, more).map(Value::from);
        }
        let taken = self.with_scratch(|scratch| {
            let bytes = buffer.front(length)?;
            scratch.keep(&bytes);
            drop(bytes);
            buffer.consume(length + more)
        });
        match taken {
            Ok(()) => Ok(self.received().into()),
            Err(_) => Ok(Value::from("")),
        }
    }

    /// The same, which leaves the scratch for the rest of the reply.
    pub(crate) fn build_buffered(
        &mut self,
        buffer: &ReadBuffer,
        length: usize,
        more: usize,
    ) -> Result<Built, Raise> {
        // Who holds the bytes up the stack would see them go, and gives them out itself.
        let length = if buffer.consume(0).is_ok() { length } else { 0 };
        let Ok(bytes) = buffer.front(length) else {
            return self.build(|builder| builder.bytes(b""));
        };
        let slice = &*bytes;
        // A finaliser that Lua runs here may call in and cannot change the buffer: it is held.
        let built = self.build(|builder| builder.bytes(slice))?;
        drop(bytes);
        // Not before the string is there: where Lua has no memory for it, nothing is lost.
        let _ = buffer.consume(length + more);
        Ok(built)
    }
}
