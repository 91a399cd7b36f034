//! Reads with a limit, and reads of what there is.

use moonwire_sockets::operation::{Available, Progress, Read, ReadAvailable, ReadRecord, Send};
use moonwire_sockets::{
    Delimiter, Error, Operation, ReadBuffer, Scratch, Shutdown, Socket, Timeout, block_on,
};

use crate::support::{SOON, attempt, connection, listeners};

fn send(socket: &Socket, bytes: &[u8]) -> Result<(), Error> {
    block_on(Send::new(socket.descriptor(), bytes), SOON, &mut Scratch::new()).map(drop)
}

fn read<O: Operation<Output = Read>>(operation: O) -> Result<Read, Error> {
    block_on(operation, SOON, &mut Scratch::new())
}

fn taken(buffer: &ReadBuffer, length: usize, dropped: usize) -> Vec<u8> {
    let bytes = buffer.front(length).map(|bytes| bytes.to_vec()).unwrap_or_default();
    assert!(buffer.consume(length + dropped).is_ok());
    bytes
}

#[test]
fn a_record_may_be_as_long_as_its_limit() -> Result<(), Error> {
    let end = Delimiter::new(b"--").expect("a delimiter with bytes");
    for listener in listeners() {
        let (client, server) = connection(&listener)?;
        let buffer = ReadBuffer::new();
        let until = |limit| ReadRecord::until(server.descriptor(), &buffer, &end, limit);
        send(&client, b"12345--rest")?;
        assert_eq!(read(until(4))?, Read::Oversized);
        assert_eq!(read(until(5))?, Read::Whole(5));
        assert_eq!(taken(&buffer, 5, 2), b"12345");
        // Without its delimiter: as soon as it cannot come in time any more.
        assert_eq!(read(until(2))?, Read::Oversized);
        assert_eq!(read(until(0))?, Read::Oversized);
        assert!(matches!(attempt(&mut until(4)), Ok(Progress::Waiting)));
        // The delimiter may have begun.
        send(&client, b"-")?;
        assert!(matches!(attempt(&mut until(4)), Ok(Progress::Waiting)));
        send(&client, b"-")?;
        assert_eq!(read(until(4))?, Read::Whole(4));
        assert_eq!(taken(&buffer, 4, 2), b"rest");
    }
    Ok(())
}

#[test]
fn lines_end_with_a_line_feed_with_or_without_a_carriage_return() -> Result<(), Error> {
    for listener in listeners() {
        let (client, server) = connection(&listener)?;
        let buffer = ReadBuffer::new();
        let line = |limit| ReadRecord::line(server.descriptor(), &buffer, limit);
        send(&client, b"one\ntwo\r\n\nfour\r")?;
        assert_eq!(read(line(2))?, Read::Oversized);
        for (length, text) in [(3, &b"one"[..]), (4, b"two\r"), (0, b"")] {
            assert_eq!(read(line(3))?, Read::Whole(length));
            assert_eq!(taken(&buffer, length, 1), text);
        }
        assert_eq!(read(line(3))?, Read::Oversized);
        assert!(matches!(attempt(&mut line(4)), Ok(Progress::Waiting)));
        send(&client, b"x")?;
        assert_eq!(read(line(4))?, Read::Oversized);
        send(&client, b"y")?;
        client.descriptor().shutdown(Shutdown::Sending)?;
        assert_eq!(read(line(100))?, Read::EndOfStream);
        assert_eq!(taken(&buffer, 100, 0), b"four\rxy");
    }
    Ok(())
}

#[test]
fn all_of_a_stream_may_be_as_long_as_its_limit() -> Result<(), Error> {
    for listener in listeners() {
        let (client, server) = connection(&listener)?;
        let buffer = ReadBuffer::new();
        let whole = |limit| ReadRecord::to_end(server.descriptor(), &buffer, limit);
        send(&client, b"12345")?;
        assert_eq!(read(whole(4))?, Read::Oversized);
        let timed = block_on(whole(5), Timeout::from_millis(20), &mut Scratch::new());
        assert_eq!(timed, Err(Error::timed_out("read")));
        client.descriptor().shutdown(Shutdown::Sending)?;
        assert_eq!(read(whole(5))?, Read::EndOfStream);
        assert_eq!(taken(&buffer, 100, 0), b"12345");
        assert_eq!(read(whole(0))?, Read::EndOfStream);
    }
    Ok(())
}

#[test]
fn what_there_is_comes_from_the_buffer_first() -> Result<(), Error> {
    let end = Delimiter::new(b"\n").expect("a delimiter with bytes");
    for listener in listeners() {
        let (client, server) = connection(&listener)?;
        let buffer = ReadBuffer::new();
        let mut scratch = Scratch::new();
        let available = |limit| ReadAvailable::new(server.descriptor(), &buffer, limit);
        send(&client, b"abc\ndef")?;
        assert_eq!(block_on(available(2), SOON, &mut scratch)?, Available::Received(2));
        assert_eq!(scratch.filled(), b"ab");
        assert!(buffer.is_empty());
        assert_eq!(
            read(ReadRecord::until(server.descriptor(), &buffer, &end, usize::MAX))?,
            Read::Whole(1)
        );
        assert_eq!(taken(&buffer, 1, 1), b"c");
        assert_eq!(block_on(available(9), SOON, &mut scratch)?, Available::Buffered(3));
        assert_eq!(block_on(available(2), SOON, &mut scratch)?, Available::Buffered(2));
        assert_eq!(taken(&buffer, 3, 0), b"def");
        assert!(matches!(attempt(&mut available(1)), Ok(Progress::Waiting)));
        drop(client);
        assert_eq!(block_on(available(1), SOON, &mut scratch)?, Available::EndOfStream);
    }
    Ok(())
}
