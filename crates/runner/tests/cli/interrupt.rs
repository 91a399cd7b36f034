//! `^C`, which is the signal `SIGINT`.

use std::io::{BufRead, BufReader, Read};
use std::os::unix::process::ExitStatusExt;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use std::{fs, thread};

use nix::libc;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use crate::program::Run;

/// Long enough for whatever comes at all.
const LONG: Duration = Duration::from_secs(20);

/// A script that runs, with its output.
struct Running {
    child: Child,
    output: BufReader<std::process::ChildStdout>,
}

impl Running {
    /// Starts a script, with `m` for the module `moonwire`, which prints a line when it has begun.
    fn begun(script: &str) -> Running {
        let script = format!("local m = require 'moonwire' print('begun') io.flush() {script}");
        let mut child = Command::new(env!("CARGO_BIN_EXE_moonwire"))
            .args(["-e", &script])
            .env_clear()
            // Nobody writes to this pipe.
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program starts");
        let output = BufReader::new(child.stdout.take().expect("a pipe"));
        let mut running = Running { child, output };
        running.expect("begun\n");
        running
    }

    /// Reads the next line, which must be this.
    fn expect(&mut self, line: &str) {
        let mut next = String::new();
        self.output.read_line(&mut next).expect("text");
        assert_eq!(next, line);
    }

    fn interrupt(&self) {
        kill(Pid::from_raw(self.child.id().cast_signed()), Signal::SIGINT).expect("a child");
    }

    /// Waits until the program sleeps in a system call.
    fn sleeps(self) -> Running {
        let path = format!("/proc/{}/stat", self.child.id());
        let deadline = Instant::now() + LONG;
        loop {
            let status = fs::read_to_string(&path).expect("a process");
            let state = status.rsplit(") ").next().and_then(|rest| rest.chars().next());
            if state == Some('S') {
                return self;
            }
            assert!(Instant::now() < deadline, "it does not sleep: {status}");
            thread::sleep(Duration::from_millis(1));
        }
    }

    /// Waits for the end. The second result is the signal that has ended it.
    fn end(mut self) -> (Run, Option<i32>) {
        let (mut output, mut errors) = (String::new(), String::new());
        self.output.read_to_string(&mut output).expect("text");
        self.child.stderr.take().expect("a pipe").read_to_string(&mut errors).expect("text");
        let status = self.child.wait().expect("the program ends");
        (Run { output, errors, code: status.code() }, status.signal())
    }

    /// Is interrupted, and ends with that error and a traceback.
    fn ends_interrupted(self, script: &str) {
        self.interrupt();
        let (run, signal) = self.end();
        let (message, traceback) = run.errors.split_once('\n').unwrap_or_default();
        assert!(message.starts_with("moonwire: "), "{script}: {run:?} {signal:?}");
        assert!(message.ends_with("interrupted!"), "{script}: {run:?}");
        assert!(traceback.starts_with("stack traceback:\n"), "{script}: {run:?}");
        assert!(traceback.contains("(command line):1:"), "{script}: {run:?}");
        assert_eq!((&*run.output, run.code), ("", Some(1)), "{script}: {run:?}");
    }
}

#[test]
fn ends_a_script_that_computes() {
    // LuaJIT looks at hooks in what it has not compiled.
    let script =
        "if jit then jit.off() end local function compute() while true do end end compute()";
    for script in [script.to_owned(), format!("m.run(function() {script} end)")] {
        Running::begun(&script).ends_interrupted(&script);
    }
}

#[test]
fn ends_a_script_that_waits() {
    let waits = [
        "m.sleep(60)",
        "m.listen('127.0.0.1:0'):accept()",
        "m.udp { bind = '127.0.0.1:0', timeout = 60 }:receive()",
        "m.signal('USR1')",
        "require('minisock').accept((require('minisock').bind('127.0.0.1', 0)))",
        "require('minisock').poll('', 60000)",
        "require('minisock').msleep(60000)",
        "require('lsocket').select(60)",
        "require('llsocket').socket.pair(1)[1]:recv()",
        "local l = require('llsocket').socket.pair(1)[1] l:rcvtimeo(60) l:recv()",
        "local s = require('ssocket').udp() s:bind('127.0.0.1', 0) s:recv(10)",
        "local s = require('ssocket').udp() s:bind('127.0.0.1', 0) s:settimeout(60) s:recv(10)",
        "io.read()",
    ];
    for wait in waits {
        Running::begun(wait).sleeps().ends_interrupted(wait);
        // A coroutine is no refuge.
        if !wait.contains("io.read") {
            let wait =
                format!("coroutine.wrap(function() {wait} while true do m.sleep(60) end end)()");
            Running::begun(&wait).sleeps().ends_interrupted(&wait);
        }
    }
}

#[test]
fn ends_a_script_whose_tasks_wait() {
    let waits = [
        "m.run(m.sleep, 60)",
        "m.run(function() m.spawn(m.sleep, 60) end)",
        "m.run(function() m.spawn(m.sleep, 60) m.sleep(60) end)",
        "m.run({ keep_going = true }, function() m.spawn(m.sleep, 60) m.sleep(60) end)",
        "m.run(function() m.group(function(g) g:spawn(m.sleep, 60) end) end)",
        "m.run(function() local l = m.listen('127.0.0.1:0') for c in l:incoming() do end end)",
        "m.run(function() coroutine.wrap(function() m.sleep(60) end)() end)",
        "m.run(function() m.spawn(m.sleep, 60):join() end)",
        "m.spawn(m.sleep, 60) while m.step(-1) do end",
    ];
    for wait in waits {
        Running::begun(wait).sleeps().ends_interrupted(wait);
    }
}

#[test]
fn can_be_caught_once() {
    let mut running = Running::begun("print(pcall(m.sleep, 60)) io.flush() m.sleep(60)").sleeps();
    running.interrupt();
    let mut line = String::new();
    running.output.read_line(&mut line).expect("text");
    assert!(line.starts_with("false\t") && line.ends_with("interrupted!\n"), "{line}");
    let running = running.sleeps();
    running.interrupt();
    let (_, signal) = running.end();
    assert_eq!(signal, Some(libc::SIGINT));
}

#[test]
fn is_a_signal_like_others_where_the_script_waits_for_it() {
    for wait in ["print(m.signal('INT'))", "m.run(function() print(m.signal('INT')) end)"] {
        let running = Running::begun(wait).sleeps();
        running.interrupt();
        running.end().0.prints("INT\n");
    }
}

#[test]
fn lets_tasks_clean_up() {
    let script = "m.run(function()
        m.spawn(function() print(select(3, m.sleep(60))) end)
        m.sleep(60)
    end)";
    let running = Running::begun(script).sleeps();
    running.interrupt();
    let (run, _) = running.end();
    assert_eq!((&*run.output, run.code), ("cancelled\n", Some(1)), "{run:?}");
}
