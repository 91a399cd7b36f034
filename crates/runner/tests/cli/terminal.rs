//! The REPL at a terminal, which `script(1)` makes.

use std::io::{Read, Write};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::Duration;

use nix::libc;

/// Long enough for whatever comes at all.
const LONG: Duration = Duration::from_secs(20);

/// What `^C` and `^D` are to a terminal.
const INTERRUPT: &str = "\x03";
const END: &str = "\x04";
/// What the editor writes when it begins to read a line: pasted text is to be marked. The prompt itself is
/// written again for each key.
const PROMPT: &str = "\x1b[?2004h";

/// A conversation.
struct Terminal {
    child: Child,
    keys: ChildStdin,
    output: Receiver<Vec<u8>>,
    shown: String,
}

impl Terminal {
    /// Starts a command of the shell, in which `$MOONWIRE` is the program.
    fn run(command: &str) -> Terminal {
        let mut child = Command::new("script")
            .args(["--quiet", "--return", "--flush", "--command", command, "/dev/null"])
            .env("MOONWIRE", env!("CARGO_BIN_EXE_moonwire"))
            .env("TERM", "xterm")
            // No history is kept there.
            .env("HOME", "/dev/null")
            .env_remove("XDG_STATE_HOME")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("script(1) of util-linux");
        let keys = child.stdin.take().expect("a pipe");
        let mut shown = child.stdout.take().expect("a pipe");
        let (sender, output) = channel();
        thread::spawn(move || {
            let mut bytes = [0; 4096];
            while let Ok(length @ 1..) = shown.read(&mut bytes) {
                if sender.send(bytes[..length].to_vec()).is_err() {
                    return;
                }
            }
        });
        Terminal { child, keys, output, shown: String::new() }
    }

    /// Starts a conversation in which `m` is the module `moonwire`.
    fn conversation() -> Terminal {
        let mut terminal = Terminal::run("exec $MOONWIRE");
        terminal.enter("m = require 'moonwire' if jit then jit.off() end");
        terminal
    }

    fn press(&mut self, keys: &str) {
        self.keys.write_all(keys.as_bytes()).expect("the terminal is there");
        self.keys.flush().expect("the terminal is there");
    }

    /// Writes a line at the next prompt. Words that are waited for are put together in it: the editor shows the
    /// line.
    fn enter(&mut self, line: &str) {
        self.expect(PROMPT);
        self.press(&format!("{line}\r"));
    }

    /// Waits for a text behind what was waited for before.
    fn expect(&mut self, text: &str) {
        self.expect_all(&[text]);
    }

    /// Waits for texts that come in any order.
    fn expect_all(&mut self, texts: &[&str]) {
        loop {
            let end = |text: &&str| self.shown.find(text).map(|place| place + text.len());
            if let Some(ends) = texts.iter().map(end).collect::<Option<Vec<usize>>>() {
                self.shown.drain(..ends.into_iter().max().unwrap_or_default());
                return;
            }
            let more = self.output.recv_timeout(LONG);
            assert!(more.is_ok(), "no {texts:?} in {:?}", self.shown);
            self.shown.push_str(&String::from_utf8_lossy(&more.unwrap_or_default()));
        }
    }

    /// The prompt is there again, and answers.
    fn answers(&mut self) {
        self.enter("print('ans' .. 'wer')");
        self.expect("answer");
    }

    fn end(mut self) {
        self.expect(PROMPT);
        self.press(END);
        assert_eq!(self.status(), Some(0));
    }

    fn status(&mut self) -> Option<i32> {
        self.child.wait().expect("it ends").code()
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        // The program ends with its terminal.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn an_interrupt_gives_the_prompt_back() {
    let mut terminal = Terminal::conversation();
    for statement in [
        "while true do end",
        "m.sleep(60)",
        "m.run(m.sleep, 60)",
        "m.run(function() m.spawn(m.sleep, 60) m.sleep(60) end)",
        "m.run(function() m.spawn(m.sleep, 60) end)",
    ] {
        terminal.enter(&format!("print('beg' .. 'un') {statement}"));
        terminal.expect("begun");
        terminal.press(INTERRUPT);
        terminal.expect("interrupted!");
        terminal.expect("stack traceback:");
        terminal.answers();
    }
    terminal.end();
}

#[test]
fn an_interrupt_gives_a_line_up() {
    let mut terminal = Terminal::conversation();
    for _ in 0..3 {
        terminal.expect(PROMPT);
        terminal.press("print('not this'");
        terminal.press(INTERRUPT);
    }
    terminal.answers();
    terminal.end();
}

#[test]
fn a_second_interrupt_ends_it() {
    let mut terminal = Terminal::conversation();
    terminal.enter("function f() print('beg' .. 'un') while true do end end");
    terminal.enter("while true do pcall(f) end");
    for _ in 0..2 {
        terminal.expect("begun");
        terminal.press(INTERRUPT);
    }
    // `script` tells of a signal as a shell does.
    assert_eq!(terminal.status(), Some(128 + libc::SIGINT));
}

#[test]
fn tasks_go_on_while_the_prompt_waits() {
    let mut terminal = Terminal::conversation();
    // One that waits for long, and one that waits for others, hold nothing up.
    terminal.enter("m.spawn(m.sleep, 3600)");
    terminal.enter("c = m.channel(1)");
    terminal.enter("m.spawn(function() for x in c do print(x * 3) end end)");
    terminal.enter("task = m.spawn(function() m.sleep(0.05) print('do' .. 'ne') end)");
    terminal.expect_all(&[PROMPT, "done"]);
    terminal.press("c:send(333)\r");
    terminal.expect_all(&[PROMPT, "999"]);
    terminal.press("print(task:status() .. '!')\r");
    terminal.expect("done!");
    terminal.answers();
    terminal.end();
}

#[test]
fn an_interrupt_ends_a_task_that_computes() {
    let mut terminal = Terminal::conversation();
    terminal.enter("m.spawn(function() m.sleep(0.01) print('beg' .. 'un') while true do end end)");
    terminal.expect("begun");
    terminal.press(INTERRUPT);
    terminal.expect("interrupted!");
    terminal.answers();
    terminal.end();
}

#[test]
fn a_task_that_ends_the_program_leaves_the_terminal_as_it_was() {
    let mut terminal = Terminal::run("$MOONWIRE; echo status $?; stty -a");
    terminal.enter("m = require 'moonwire'");
    terminal.enter("m.spawn(function() m.sleep(0.05) os.exit(7) end)");
    terminal.expect("status 7");
    terminal.expect(" icanon ");
    terminal.expect(" echo ");
}
