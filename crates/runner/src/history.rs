//! The history of the line editor, which outlives the program.

use std::env;
use std::ffi::OsString;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use rustyline::DefaultEditor;
use rustyline::error::ReadlineError;

use crate::failure::Failure;

/// Where the history is kept, if it can be.
pub(crate) struct History(Option<PathBuf>);

impl History {
    /// Gives the editor the history of earlier conversations.
    pub(crate) fn open(editor: &mut DefaultEditor) -> Self {
        let file = state_folder().map(|folder| folder.join("moonwire").join("history"));
        if let Some(file) = &file {
            match editor.load_history(file) {
                Err(ReadlineError::Io(error)) if error.kind() == ErrorKind::NotFound => {}
                Err(error) => complain("read", file, &error.to_string()),
                Ok(()) => {}
            }
        }
        Self(file)
    }

    /// Adds a statement, and keeps it for later conversations at once.
    pub(crate) fn add(
        &mut self,
        editor: &mut DefaultEditor,
        statement: &str,
    ) -> Result<(), Failure> {
        editor.add_history_entry(statement)?;
        let Some(file) = self.0.take() else { return Ok(()) };
        let folder_made = file.parent().map_or(Ok(()), fs::create_dir_all);
        let kept = folder_made.map_err(ReadlineError::from);
        match kept.and_then(|()| editor.append_history(&file)) {
            Ok(()) => self.0 = Some(file),
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
