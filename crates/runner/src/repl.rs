//! The conversation: statements are read and run, and their results shown, until the input ends.

use mlua::prelude::*;

use crate::failure::Failure;
use crate::interpreter::Interpreter;
use crate::line_source::{Input, LineSource};

/// What messages call the text of the conversation.
const CHUNK_NAME: &str = "=stdin";

/// What came of asking for a statement.
enum Statement {
    /// A statement that can be run.
    Complete(LuaFunction),
    /// Nothing can be run; the user has been told why, or gave up.
    Abandoned,
    /// There is no more.
    End,
}

/// Reads and runs statements until the input ends. Their errors are shown and do not end it.
pub(crate) fn run(interpreter: &Interpreter) -> Result<(), Failure> {
    let mut lines = LineSource::new(interpreter)?;
    loop {
        match read_statement(interpreter, &mut lines)? {
            Statement::Complete(statement) => {
                let outcome = interpreter
                    .call(LuaValue::Function(statement), ())
                    .and_then(|results| show(interpreter, results));
                if let Err(failure) = outcome {
                    failure.report();
                }
            }
            Statement::Abandoned => {}
            Statement::End => return lines.close(),
        }
    }
}

/// Reads a statement, which goes on for as many lines as Lua's parser wants.
fn read_statement(
    interpreter: &Interpreter,
    lines: &mut LineSource<'_>,
) -> Result<Statement, Failure> {
    let mut text = match lines.read(&prompt(interpreter, "_PROMPT", "> ")?)? {
        Input::Line(line) => line,
        Input::Cancelled => return Ok(Statement::Abandoned),
        Input::End => return Ok(Statement::End),
    };
    if let Some(expression) = text.strip_prefix(b"=") {
        text = [b"return ", expression].concat();
    }
    if let Ok(chunk) = interpreter.load_text(&[b"return ", &text[..]].concat(), CHUNK_NAME) {
        if !text.is_empty() {
            lines.remember(&text)?;
        }
        return Ok(Statement::Complete(chunk));
    }
    loop {
        let failure = match interpreter.load_text(&text, CHUNK_NAME) {
            Ok(chunk) => {
                lines.remember(&text)?;
                return Ok(Statement::Complete(chunk));
            }
            Err(failure) => failure,
        };
        if failure.is_incomplete_input() {
            match lines.read(&prompt(interpreter, "_PROMPT2", ">> ")?)? {
                Input::Line(line) => {
                    text.push(b'\n');
                    text.extend(line);
                    continue;
                }
                Input::Cancelled => return Ok(Statement::Abandoned),
                Input::End => {}
            }
        }
        lines.remember(&text)?;
        failure.report();
        return Ok(Statement::Abandoned);
    }
}

/// The prompt that a global names, or else the usual one.
fn prompt(interpreter: &Interpreter, global: &str, usual: &str) -> Result<String, Failure> {
    match interpreter.lua.globals().get(global)? {
        LuaNil => Ok(usual.to_owned()),
        value => Ok(value.to_string()?),
    }
}

/// Shows results with the global `print`.
fn show(interpreter: &Interpreter, results: LuaMultiValue) -> Result<(), Failure> {
    if results.is_empty() {
        return Ok(());
    }
    let print: LuaValue = interpreter.lua.globals().get("print")?;
    match interpreter.call_briefly(print, results) {
        Ok(_) => Ok(()),
        Err(failure) => {
            Err(Failure::new([b"error calling 'print' (", failure.message(), b")"].concat()))
        }
    }
}
