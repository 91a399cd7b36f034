//! Sending files, and the files of unix sockets.

use std::fs;
use std::io::{Seek, SeekFrom, Write};
use std::os::fd::AsRawFd;
use std::path::PathBuf;

use moonwire_sockets::operation::{
    Patience, Progress, Receive, SendFile, Sent, duplicate_file, open_file,
};
use moonwire_sockets::{
    Address, Descriptor, Errno, Error, Operation, Scratch, Socket, SocketFile, block_on,
};

use crate::support::{SOON, connection, listeners};

/// A path of this test, at which there is nothing afterwards.
struct Place(PathBuf);

impl Place {
    fn new(name: &str) -> Place {
        let place = std::env::temp_dir().join(format!("moonwire-{}-{name}", std::process::id()));
        let _ = fs::remove_file(&place);
        Place(place)
    }

    fn bytes(&self) -> &[u8] {
        self.0.as_os_str().as_encoded_bytes()
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}

fn receive(socket: &Socket, length: usize) -> Result<Vec<u8>, Error> {
    let (mut received, mut scratch) = (Vec::new(), Scratch::new());
    while received.len() < length {
        block_on(Receive::new(socket.descriptor(), 100_000), SOON, &mut scratch)?;
        received.extend_from_slice(scratch.filled());
    }
    Ok(received)
}

#[test]
fn parts_of_files_arrive() -> Result<(), Error> {
    let place = Place::new("part");
    fs::write(&place.0, b"0123456789").expect("a file");
    for listener in listeners() {
        let (client, server) = connection(&listener)?;
        for (offset, count, expected) in [
            (0, u64::MAX, &b"0123456789"[..]),
            (3, 4, b"3456"),
            (8, 100, b"89"),
            (10, 5, b""),
            (1 << 40, 5, b""),
            (0, 0, b""),
        ] {
            let file = open_file(place.bytes())?;
            let send = SendFile::new(client.descriptor(), file, Some(offset), count);
            let sent = block_on(send, SOON, &mut Scratch::new())?;
            assert_eq!(sent, Sent { length: expected.len(), end: Ok(()) });
            assert_eq!(receive(&server, expected.len())?, expected);
        }
    }
    Ok(())
}

#[test]
fn without_an_offset_the_position_moves() -> Result<(), Error> {
    let place = Place::new("position");
    let mut file = fs::File::options()
        .read(true)
        .write(true)
        .create_new(true)
        .open(&place.0)
        .expect("a new file");
    file.write_all(b"0123456789").expect("room for ten bytes");
    file.seek(SeekFrom::Start(2)).expect("a place in the file");
    let (client, server) = connection(&listeners().swap_remove(0))?;
    let copy = duplicate_file(Descriptor::from_number(file.as_raw_fd()))?;
    let send = SendFile::new(client.descriptor(), copy, None, 3);
    assert_eq!(block_on(send, SOON, &mut Scratch::new())?.length, 3);
    assert_eq!(receive(&server, 3)?, b"234");
    assert_eq!(file.stream_position().expect("a place in the file"), 5);
    Ok(())
}

#[test]
fn a_large_file_is_continued_without_waiting() -> Result<(), Error> {
    let place = Place::new("large");
    let whole: Vec<u8> = (0..=255_u8).cycle().take(9_000_000).collect();
    fs::write(&place.0, &whole).expect("a file");
    for listener in listeners() {
        let (client, server) = connection(&listener)?;
        let file = open_file(place.bytes())?;
        let mut send = SendFile::new(client.descriptor(), file, Some(0), u64::MAX);
        let (mut received, mut scratch) = (Vec::new(), Scratch::new());
        let sent = loop {
            match send.attempt(&mut scratch, Patience::NONE)? {
                Progress::Done(sent) => break sent,
                Progress::Waiting => {
                    assert!(!client.descriptor().is_nonblocking()?);
                    received.extend(receive(&server, 1)?);
                }
            }
        };
        assert_eq!(sent, Sent { length: whole.len(), end: Ok(()) });
        received.extend(receive(&server, whole.len() - received.len())?);
        assert!(received == whole);
    }
    Ok(())
}

#[test]
fn what_is_no_file_is_not_opened() {
    let none = Place::new("none");
    let errno = |path: &[u8]| open_file(path).map(drop).map_err(|error| error.errno());
    assert_eq!(
        errno(none.bytes()).map_err(|errno| errno.and_then(Errno::name)),
        Err(Some("ENOENT"))
    );
    assert_eq!(errno(b"/"), Err(Some(Errno::ISDIR)));
    assert_eq!(errno(b"a\0b"), Err(Some(Errno::INVAL)));
}

#[test]
fn the_file_of_a_unix_socket_goes_with_it() -> Result<(), Error> {
    let place = Place::new("socket");
    let address = Address::unix_path(place.bytes()).expect("a short path");
    assert!(SocketFile::made_for(&address).is_none());
    let listener = Socket::listen_on(&address, 1)?;
    let file = SocketFile::made_for(&address);
    assert!(file.is_some() && place.0.exists());
    drop(file);
    assert!(!place.0.exists());
    // Another file at its place stays.
    drop(listener);
    let _listener = Socket::listen_on(&address, 1)?;
    let file = SocketFile::made_for(&address);
    fs::rename(&place.0, Place::new("moved").0.with_extension("x")).expect("a new name");
    fs::write(&place.0, b"").expect("a file");
    drop(file);
    assert!(place.0.exists());
    fs::remove_file(Place::new("moved").0.with_extension("x")).expect("the moved one");
    let name = Address::unix_abstract(b"moonwire-no-file").expect("a short name");
    assert!(SocketFile::made_for(&name).is_none());
    Ok(())
}
