//! The line editor, in a thread of its own: while it waits for keys, Lua's tasks go on in the main thread.

use std::io::{PipeReader, PipeWriter, Read, Write, pipe};
use std::os::fd::AsRawFd;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;

use rustyline::DefaultEditor;
use rustyline::error::ReadlineError;

use crate::failure::Failure;
use crate::history::History;
use crate::line_source::Input;
use crate::state;

/// What the thread is asked for.
enum Request {
    /// A line, with this prompt.
    Line(String),
    /// Keep this statement.
    Remember(String),
}

/// What it answers.
enum Answer {
    Input(Input),
    /// It is done.
    Done,
}

/// The editor, as the main thread sees it.
pub(crate) struct Editor {
    requests: Sender<Request>,
    answers: Receiver<Result<Answer, Failure>>,
    /// Has a byte for each answer.
    arrivals: PipeReader,
}

impl Editor {
    /// Takes the terminal, and the history of earlier conversations.
    pub(crate) fn open() -> Result<Self, Failure> {
        let (requests, received) = channel();
        let (sender, answers) = channel();
        let (arrivals, arrived) = pipe()?;
        let thread = thread::Builder::new().name("line editor".to_owned());
        thread.spawn(move || serve(&received, &sender, arrived))?;
        let editor = Self { requests, answers, arrivals };
        editor.answer()?;
        Ok(editor)
    }

    /// Lets the user write a line. `wait` is called meanwhile, and may return as soon as the descriptor with
    /// this number is readable. The main thread must be one that can be interrupted.
    pub(crate) fn read(&self, prompt: &str, wait: impl FnOnce(i32)) -> Result<Input, Failure> {
        self.ask(Request::Line(prompt.to_owned()))?;
        wait(self.arrivals.as_raw_fd());
        match self.answer()? {
            Answer::Input(input) => Ok(input),
            Answer::Done => Ok(Input::End),
        }
    }

    /// Adds a statement to the history, which is kept when this returns: a statement can end the program.
    pub(crate) fn remember(&self, statement: &str) -> Result<(), Failure> {
        self.ask(Request::Remember(statement.to_owned()))?;
        self.answer().map(drop)
    }

    fn ask(&self, request: Request) -> Result<(), Failure> {
        self.requests.send(request).map_err(|_| gone())
    }

    fn answer(&self) -> Result<Answer, Failure> {
        (&self.arrivals).read_exact(&mut [0]).map_err(|_| gone())?;
        self.answers.recv().map_err(|_| gone())?
    }
}

fn gone() -> Failure {
    Failure::new("the line editor has failed")
}

/// The life of the thread: it answers until the main thread has left.
fn serve(
    requests: &Receiver<Request>,
    answers: &Sender<Result<Answer, Failure>>,
    mut arrived: PipeWriter,
) {
    let mut answer = |answer| answers.send(answer).is_ok() && arrived.write_all(&[0]).is_ok();
    let mut editor = match DefaultEditor::new() {
        Ok(editor) => editor,
        Err(error) => {
            answer(Err(error.into()));
            return;
        }
    };
    let mut history = History::open(&mut editor);
    let mut goes_on = answer(Ok(Answer::Done));
    while goes_on && let Ok(request) = requests.recv() {
        goes_on = answer(match request {
            Request::Line(prompt) => read(&mut editor, &prompt).map(Answer::Input),
            Request::Remember(statement) => {
                history.add(&mut editor, &statement).map(|()| Answer::Done)
            }
        });
    }
}

fn read(editor: &mut DefaultEditor, prompt: &str) -> Result<Input, Failure> {
    match editor.readline(prompt) {
        Ok(line) => Ok(Input::Line(line.into_bytes())),
        Err(ReadlineError::Interrupted) => {
            // A task may compute and not come to an end.
            state::interrupt_main_thread();
            Ok(Input::Cancelled)
        }
        Err(ReadlineError::Eof) => Ok(Input::End),
        Err(error) => Err(error.into()),
    }
}

impl From<ReadlineError> for Failure {
    fn from(error: ReadlineError) -> Self {
        Self::new(error.to_string())
    }
}
