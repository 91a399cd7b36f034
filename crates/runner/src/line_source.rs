//! Where the REPL's lines come from: a terminal with its own editor, or a pipe.

use std::io::{self, IsTerminal};

use mlua::prelude::*;

use crate::background::Background;
use crate::editor::Editor;
use crate::failure::Failure;
use crate::interpreter::Interpreter;
use crate::state;

/// What came of asking for a line.
pub(crate) enum Input {
    /// A line, without its end.
    Line(Vec<u8>),
    /// The user gave up what has been written so far.
    Cancelled,
    /// There is no more.
    End,
}

/// Asks for lines on standard input. A pipe is read, and prompts are written, by Lua's own files,
/// so that a script which uses them too finds everything in its order.
pub(crate) struct LineSource<'lua> {
    interpreter: &'lua Interpreter,
    terminal: Option<(Editor, Background)>,
    standard_input: StandardFile,
    standard_output: StandardFile,
}

/// One of Lua's standard files.
struct StandardFile(LuaAnyUserData);

fn open(interpreter: &Interpreter) -> Result<(Editor, Background), Failure> {
    state::restore_terminal_at_exit();
    Ok((Editor::open()?, Background::new(&interpreter.lua)?))
}

impl<'lua> LineSource<'lua> {
    /// The source that fits what standard input is.
    pub(crate) fn new(interpreter: &'lua Interpreter) -> Result<Self, Failure> {
        let is_conversation = io::stdin().is_terminal() && io::stdout().is_terminal();
        let io: LuaTable = interpreter.lua.globals().get("io")?;
        Ok(Self {
            interpreter,
            terminal: is_conversation.then(|| open(interpreter)).transpose()?,
            standard_input: StandardFile(io.get("stdin")?),
            standard_output: StandardFile(io.get("stdout")?),
        })
    }

    /// Asks for a line.
    pub(crate) fn read(&mut self, prompt: &str) -> Result<Input, Failure> {
        if let Some((editor, background)) = &self.terminal {
            self.standard_output.invoke(self.interpreter, "flush", ())?;
            let _interruptible = moonwire::interruptible(&self.interpreter.lua)?;
            return editor.read(prompt, |arrivals| background.run(self.interpreter, arrivals));
        }
        self.write(prompt)?;
        let mut results = self.standard_input.invoke(self.interpreter, "read", "*l")?;
        match (results.pop_front(), results.pop_front()) {
            (Some(LuaValue::String(line)), _) => Ok(Input::Line(line.as_bytes().to_vec())),
            (_, Some(LuaValue::String(message))) => Err(Failure::new(message.as_bytes().to_vec())),
            _ => Ok(Input::End),
        }
    }

    /// Lets a terminal's user find this statement again.
    pub(crate) fn remember(&mut self, statement: &[u8]) -> Result<(), Failure> {
        match &self.terminal {
            Some((editor, _)) => editor.remember(&String::from_utf8_lossy(statement)),
            None => Ok(()),
        }
    }

    /// Ends the last prompt's line, unless a terminal's editor has done so.
    pub(crate) fn close(self) -> Result<(), Failure> {
        match self.terminal {
            Some(_) => Ok(()),
            None => self.write("\n"),
        }
    }

    fn write(&self, text: &str) -> Result<(), Failure> {
        self.standard_output.invoke(self.interpreter, "write", text)?;
        self.standard_output.invoke(self.interpreter, "flush", ())?;
        Ok(())
    }
}

impl StandardFile {
    fn invoke(
        &self,
        interpreter: &Interpreter,
        method: &str,
        arguments: impl IntoLuaMulti,
    ) -> Result<LuaMultiValue, Failure> {
        let function: LuaValue = self.0.get(method)?;
        let mut all = arguments.into_lua_multi(&interpreter.lua)?;
        all.push_front(LuaValue::UserData(self.0.clone()));
        interpreter.call_briefly(function, all)
    }
}
