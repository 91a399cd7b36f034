//! Runs the program and tells what it did.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};

/// A folder of its own for one test, in which the program is run.
pub(crate) struct Program {
    folder: PathBuf,
    variables: Vec<(&'static str, String)>,
}

/// What a run of the program did.
#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) output: String,
    pub(crate) errors: String,
    pub(crate) code: Option<i32>,
}

impl Program {
    pub(crate) fn new() -> Self {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("cli-{}-{number}", std::process::id());
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        fs::create_dir_all(&folder).expect("a folder for the test");
        Self { folder, variables: Vec::new() }
    }

    /// Adds a file to the folder.
    pub(crate) fn file(self, name: &str, text: impl AsRef<[u8]>) -> Self {
        fs::write(self.folder.join(name), text).expect("a file for the test");
        self
    }

    /// Adds a variable to the program's environment.
    pub(crate) fn variable(mut self, name: &'static str, value: &str) -> Self {
        self.variables.push((name, value.to_owned()));
        self
    }

    /// Runs some other program in the folder, which has to succeed.
    pub(crate) fn command(&self, name: &str, arguments: &[&str]) {
        let status = Command::new(name).args(arguments).current_dir(&self.folder).status();
        assert!(status.is_ok_and(|status| status.success()), "{name} {arguments:?}");
    }

    /// Runs the program with nothing on standard input.
    pub(crate) fn run(&self, arguments: &[&str]) -> Run {
        self.run_with_input("", arguments)
    }

    /// Runs the program with this text on standard input, which is a pipe.
    pub(crate) fn run_with_input(&self, input: &str, arguments: &[&str]) -> Run {
        let mut child = Command::new(env!("CARGO_BIN_EXE_moonwire"))
            .args(arguments)
            .current_dir(&self.folder)
            .env_clear()
            .envs(self.variables.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program starts");
        let mut pipe = child.stdin.take().expect("a pipe");
        // A program that ends without having read its input is fine.
        let _ = pipe.write_all(input.as_bytes());
        drop(pipe);
        Run::from(child.wait_with_output().expect("the program ends"))
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // What cannot be removed lies in a folder for such things.
        let _ = fs::remove_dir_all(&self.folder);
    }
}

impl From<Output> for Run {
    fn from(output: Output) -> Self {
        Self {
            output: String::from_utf8_lossy(&output.stdout).into_owned(),
            errors: String::from_utf8_lossy(&output.stderr).into_owned(),
            code: output.status.code(),
        }
    }
}

impl Run {
    /// The program succeeded, wrote this, and complained of nothing.
    #[track_caller]
    pub(crate) fn prints(&self, expected: &str) {
        assert_eq!((&*self.output, &*self.errors, self.code), (expected, "", Some(0)));
    }

    /// The program failed, and standard error starts so.
    #[track_caller]
    pub(crate) fn fails(&self, start: &str) {
        assert_eq!(self.code, Some(1), "{self:?}");
        assert!(self.errors.starts_with(start), "{self:?}");
    }
}

/// Runs the program in an empty folder.
pub(crate) fn moonwire(arguments: &[&str]) -> Run {
    Program::new().run(arguments)
}
