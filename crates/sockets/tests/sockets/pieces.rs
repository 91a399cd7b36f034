//! Sending several pieces as one.

use std::io::IoSlice;

use moonwire_sockets::operation::{Patience, Progress, Receive, SendPieces, Sent};
use moonwire_sockets::{Cause, Errno, Error, Operation, Scratch, Timeout, block_on};

use crate::support::{SOON, connection, listeners};

#[test]
fn pieces_arrive_in_their_order() -> Result<(), Error> {
    for listener in listeners() {
        let (client, server) = connection(&listener)?;
        let mut scratch = Scratch::new();
        let pieces = vec![IoSlice::new(b"a"), IoSlice::new(b""), IoSlice::new(b"bc")];
        let send = SendPieces::new(client.descriptor(), pieces);
        assert_eq!(block_on(send, SOON, &mut scratch)?, Sent { length: 3, end: Ok(()) });
        assert_eq!(block_on(Receive::new(server.descriptor(), 9), SOON, &mut scratch)?, 3);
        assert_eq!(scratch.filled(), b"abc");
        let none = SendPieces::new(client.descriptor(), Vec::new());
        assert_eq!(block_on(none, SOON, &mut scratch)?, Sent { length: 0, end: Ok(()) });
    }
    Ok(())
}

#[test]
fn more_pieces_and_bytes_than_the_kernel_takes_at_once_are_continued() -> Result<(), Error> {
    for listener in listeners() {
        let (client, server) = connection(&listener)?;
        let texts: Vec<Vec<u8>> =
            (0..5000_u32).map(|n| n.to_ne_bytes().repeat(1 + n as usize % 300)).collect();
        let whole = texts.concat();
        let pieces = texts.iter().map(|text| IoSlice::new(text)).collect();
        let mut send = SendPieces::new(client.descriptor(), pieces);
        let (mut received, mut scratch) = (Vec::new(), Scratch::new());
        let sent = loop {
            match send.attempt(&mut scratch, Patience::NONE)? {
                Progress::Done(sent) => break sent,
                Progress::Waiting => {
                    let receive = Receive::new(server.descriptor(), 100_000);
                    block_on(receive, SOON, &mut scratch)?;
                    received.extend_from_slice(scratch.filled());
                }
            }
        };
        assert_eq!(sent, Sent { length: whole.len(), end: Ok(()) });
        while received.len() < whole.len() {
            block_on(Receive::new(server.descriptor(), 100_000), SOON, &mut scratch)?;
            received.extend_from_slice(scratch.filled());
        }
        assert!(received == whole);
    }
    Ok(())
}

#[test]
fn what_was_sent_is_told_where_the_rest_was_not() -> Result<(), Error> {
    for listener in listeners() {
        let (client, server) = connection(&listener)?;
        let large = vec![7; 8 << 20];
        let pieces = vec![IoSlice::new(b"x"), IoSlice::new(&large)];
        let send = SendPieces::new(client.descriptor(), pieces.clone());
        let sent = block_on(send, Timeout::from_millis(150), &mut Scratch::new())?;
        assert!(sent.length > 0 && sent.length < large.len());
        assert_eq!(sent.end.map_err(|error| error.cause), Err(Cause::TimedOut));
        drop(server);
        let send = SendPieces::new(client.descriptor(), pieces);
        let sent = block_on(send, SOON, &mut Scratch::new())?;
        let end = sent.end.map_err(|error| error.errno());
        let broken = [Err(Some(Errno::PIPE)), Err(Some(Errno::CONNRESET))];
        assert!(broken.contains(&end), "{end:?}");
    }
    Ok(())
}
