//! `llsocket` on the embedded Lua 5.4, beside the same system calls made through libc.

use std::hint::black_box;
use std::io::{self, Read};
use std::net::{TcpListener, TcpStream};
use std::os::fd::{AsRawFd, FromRawFd, IntoRawFd, OwnedFd, RawFd};
use std::os::unix::net::UnixStream;
use std::ptr;
use std::thread;

use mlua::{Function, Lua, Value};
use moonwire_bench::{MESSAGE, Way, compare, room};

/// How much of a file is sent.
const FILE_LENGTH: i64 = 1 << 30;
/// How many pieces a message has.
const PIECES: usize = 16;

/// Functions from a count to nothing: a loop around the calls that are measured.
const LOOPS: &str = r#"
    local llsocket = require "llsocket"
    local stream, file, length, message, count = ...
    local pair = assert(llsocket.socket.pair(llsocket.SOCK_STREAM))
    local left, right = pair[1], pair[2]
    local connection = assert(llsocket.socket.wrap(stream))
    local pieces = {}
    for index = 1, count do
        pieces[index] = message
    end
    return function(times)
        for _ = 1, times do
            left:send(message)
            right:recv()
        end
    end, function(times)
        for _ = 1, times do
            for index = 1, #pieces do
                left:send(pieces[index])
            end
            right:recv()
        end
    end, function(times)
        for _ = 1, times do
            left:sendmsg(pieces)
            right:recv()
        end
    end, function(times)
        for _ = 1, times do
            local offset = 0
            repeat
                local sent, err, again = connection:sendfile(file, length - offset, offset)
                assert(sent, err)
                offset = offset + sent
            until not again
            assert(offset == length)
        end
    end
"#;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let file = file()?;
    let (c_stream, lua_stream) = (drained()?, drained()?);
    let (left, right) = UnixStream::pair()?;
    let (left, right) = (left.as_raw_fd(), right.as_raw_fd());

    let lua = Lua::new();
    moonwire::preload(&lua)?;
    let arguments: (RawFd, RawFd, i64, Value, usize) = (
        lua_stream.into_raw_fd(),
        file.as_raw_fd(),
        FILE_LENGTH,
        Value::String(lua.create_string(MESSAGE)?),
        PIECES,
    );
    let (transfer, sends, sendmsg, sendfile): (Function, Function, Function, Function) =
        lua.load(LOOPS).call(arguments)?;
    let run = |function: &Function, times: u64| {
        let result = function.call::<()>(times);
        assert!(result.is_ok(), "{result:?}");
    };

    compare(
        "send and recv 64 bytes that are there",
        vec![
            Way::each("C", || send_and_receive(left, right)),
            Way::many("llsocket", |times| run(&transfer, times)),
        ],
    );
    compare(
        "send 16 pieces of 64 bytes and recv them",
        vec![
            Way::many("16 sends", |times| run(&sends, times)),
            Way::many("sendmsg", |times| run(&sendmsg, times)),
        ],
    );
    compare(
        "sendfile of 1 GiB",
        vec![
            Way::each("C", || send_file(c_stream.as_raw_fd(), file.as_raw_fd())),
            Way::many("llsocket", |times| run(&sendfile, times)),
        ],
    );
    Ok(())
}

/// A file of that length in memory.
fn file() -> io::Result<OwnedFd> {
    // SAFETY: the name ends with a NUL, and what the call returns is a descriptor that nobody else
    // knows of.
    let file = unsafe {
        let file = libc::memfd_create(c"moonwire-bench".as_ptr(), libc::MFD_CLOEXEC);
        if file < 0 {
            return Err(io::Error::last_os_error());
        }
        OwnedFd::from_raw_fd(file)
    };
    // SAFETY: takes integers only.
    match unsafe { libc::fallocate(file.as_raw_fd(), 0, 0, FILE_LENGTH) } {
        0 => Ok(file),
        _ => Err(io::Error::last_os_error()),
    }
}

/// One end of a TCP connection whose other end a thread reads as fast as it comes.
fn drained() -> io::Result<TcpStream> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let client = TcpStream::connect(listener.local_addr()?)?;
    let (mut server, _) = listener.accept()?;
    thread::spawn(move || {
        let mut room = vec![0; 1 << 18];
        while server.read(&mut room).is_ok_and(|length| length > 0) {}
    });
    Ok(client)
}

/// What a C program does to send a message and receive it.
fn send_and_receive(left: RawFd, right: RawFd) {
    let mut room = room();
    // SAFETY: both buffers are valid for their lengths.
    let received = unsafe {
        libc::send(left, MESSAGE.as_ptr().cast(), MESSAGE.len(), libc::MSG_NOSIGNAL);
        libc::recv(right, black_box(&mut room).as_mut_ptr().cast(), size_of_val(&room), 0)
    };
    assert_eq!(received, MESSAGE.len() as isize);
}

/// What a C program does to send a file.
fn send_file(stream: RawFd, file: RawFd) {
    let mut offset = 0;
    while offset < FILE_LENGTH {
        let left = (FILE_LENGTH - offset) as usize;
        // SAFETY: the offset is writable.
        let sent = unsafe { libc::sendfile(stream, file, ptr::from_mut(&mut offset), left) };
        assert!(sent > 0, "{}", io::Error::last_os_error());
    }
}
