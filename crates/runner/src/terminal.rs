//! A terminal's line editor, whose history outlives the program.

use std::env;
use std::ffi::OsString;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use rustyline::DefaultEditor;
use rustyline::error::ReadlineError;

use crate::failure::Failure;
use crate::line_source::Input;

/// The editor, and where its history is kept.
pub(crate) struct Terminal {
    editor: DefaultEditor,
    history_file: Option<PathBuf>,
}

impl Terminal {
    /// Takes the terminal, and the history of earlier conversations.
    pub(crate) fn open() -> Result<Self, Failure> {
        let mut editor = DefaultEditor::new()?;
        let history_file = state_folder().map(|folder| folder.join("moonwire").join("history"));
        if let Some(file) = &history_file {
            match editor.load_history(file) {
                Err(ReadlineError::Io(error)) if error.kind() == ErrorKind::NotFound => {}
                Err(error) => complain("read", file, &error.to_string()),
                Ok(()) => {}
            }
        }
        Ok(Self { editor, history_file })
    }

    /// Lets the user write a line.
    pub(crate) fn read(&mut self, prompt: &str) -> Result<Input, Failure> {
        match self.editor.readline(prompt) {
            Ok(line) => Ok(Input::Line(line.into_bytes())),
            Err(ReadlineError::Interrupted) => Ok(Input::Cancelled),
            Err(ReadlineError::Eof) => Ok(Input::End),
            Err(error) => Err(error.into()),
        }
    }

    /// Adds a statement to the history, and keeps it for later conversations at once, since a
    /// statement can end the program.
    pub(crate) fn remember(&mut self, statement: &str) -> Result<(), Failure> {
        self.editor.add_history_entry(statement)?;
        let Some(file) = self.history_file.take() else { return Ok(()) };
        let folder_made = file.parent().map_or(Ok(()), fs::create_dir_all);
        let kept = folder_made.map_err(ReadlineError::from);
        match kept.and_then(|()| self.editor.append_history(&file)) {
            Ok(()) => self.history_file = Some(file),
            Err(error) => complain("keep", &file, &error.to_string()), // and do not try again
        }
        Ok(())
    }
}

/// A history that cannot be had is worth a word, but no reason to end.
fn complain(action: &str, file: &Path, reason: &str) {
    Failure::new(format!("cannot {action} the history {}: {reason}", file.display()))
        .report_as_program();
}

/// Where programs keep what they remember for this user.
fn state_folder() -> Option<PathBuf> {
    let absolute = |folder: OsString| Some(PathBuf::from(folder)).filter(|path| path.is_absolute());
    env::var_os("XDG_STATE_HOME")
        .and_then(absolute)
        .or_else(|| env::var_os("HOME").and_then(absolute).map(|home| home.join(".local/state")))
}

impl From<ReadlineError> for Failure {
    fn from(error: ReadlineError) -> Self {
        Self::new(error.to_string())
    }
}
