//! The command line's options, as a value.

use std::ffi::{OsStr, OsString};
use std::fmt;

use lexopt::{Arg, Parser};

/// What the command line asks for.
#[derive(Debug)]
pub(crate) enum Command {
    /// Show the usage.
    Help,
    /// Show the versions and nothing else.
    Version,
    /// Run Lua.
    Run(Options),
}

/// How Lua is to be run.
#[derive(Debug, Default)]
pub(crate) struct Options {
    /// What comes before the script, in the order given.
    pub(crate) preludes: Vec<Prelude>,
    /// The script, if one was named.
    pub(crate) script: Option<Script>,
    /// Whether to read statements from standard input at the end (`-i`).
    pub(crate) interactive: bool,
    /// Whether to show the versions first (`-v`, `-i`).
    pub(crate) show_version: bool,
    /// Whether Lua's environment variables are ignored (`-E`).
    pub(crate) ignore_environment: bool,
}

/// Something to be done before the script.
#[derive(Debug)]
pub(crate) enum Prelude {
    /// `-e`: run this text.
    Execute(OsString),
    /// `-l`: require a module into a global.
    Require(OsString),
    /// `-W`: turn warnings on.
    #[cfg_attr(not(any(feature = "lua54", feature = "lua55")), allow(dead_code))]
    Warnings,
}

/// The script that the command line names.
#[derive(Debug)]
pub(crate) struct Script {
    /// Where in the command line it stands; what follows are its arguments.
    pub(crate) index: usize,
    /// Its file, or none for standard input.
    pub(crate) file: Option<OsString>,
}

/// A command line that cannot be understood.
#[derive(Debug)]
pub(crate) enum UsageError {
    /// This option needs an argument and has none.
    MissingArgument(&'static str),
    /// This is not an option.
    UnknownOption(String),
    /// The parser says what is wrong.
    Other(lexopt::Error),
}

impl fmt::Display for UsageError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::MissingArgument(option) => write!(formatter, "'{option}' needs argument"),
            Self::UnknownOption(option) => write!(formatter, "unrecognized option '{option}'"),
            Self::Other(error) => write!(formatter, "{error}"),
        }
    }
}

impl From<lexopt::Error> for UsageError {
    fn from(error: lexopt::Error) -> Self {
        Self::Other(error)
    }
}

impl Options {
    /// Reads a command line, whose first element is the program's name.
    pub(crate) fn parse(command_line: &[OsString]) -> Result<Command, UsageError> {
        let mut options = Self::default();
        let mut parser = Parser::from_iter(command_line);
        parser.set_short_equals(false);
        while let Some(argument) = parser.next()? {
            match argument {
                Arg::Short('e') => {
                    let text = required_argument(&mut parser, "-e")?;
                    options.preludes.push(Prelude::Execute(text));
                }
                Arg::Short('l') => {
                    let module = required_argument(&mut parser, "-l")?;
                    options.preludes.push(Prelude::Require(module));
                }
                #[cfg(any(feature = "lua54", feature = "lua55"))]
                Arg::Short('W') => options.preludes.push(Prelude::Warnings),
                Arg::Short('i') => {
                    options.interactive = true;
                    options.show_version = true;
                }
                Arg::Short('v') => options.show_version = true,
                Arg::Short('E') => options.ignore_environment = true,
                Arg::Short('h') | Arg::Long("help") => return Ok(Command::Help),
                Arg::Long("version") => return Ok(Command::Version),
                Arg::Short(letter) => return Err(UsageError::UnknownOption(format!("-{letter}"))),
                Arg::Long(name) => return Err(UsageError::UnknownOption(format!("--{name}"))),
                Arg::Value(name) => {
                    let index = command_line.len() - parser.raw_args()?.as_slice().len() - 1;
                    options.script = Some(Script::at(index, name, command_line));
                    break;
                }
            }
        }
        Ok(Command::Run(options))
    }

    /// Whether the command line gives nothing to do, so that standard input is to be run.
    pub(crate) fn want_standard_input(&self) -> bool {
        let has_text = self.preludes.iter().any(|prelude| matches!(prelude, Prelude::Execute(_)));
        self.script.is_none() && !has_text && !self.show_version
    }
}

impl Script {
    fn at(index: usize, name: OsString, command_line: &[OsString]) -> Self {
        // After `--`, a `-` is the name of a file.
        let options_were_ended = index > 0 && command_line[index - 1] == "--";
        let file = if name == "-" && !options_were_ended { None } else { Some(name) };
        Self { index, file }
    }
}

/// The argument of an option, attached to it or next to it.
fn required_argument(parser: &mut Parser, option: &'static str) -> Result<OsString, UsageError> {
    if let Some(attached) = parser.optional_value() {
        return Ok(attached);
    }
    let is_no_option = |next: &OsStr| !next.as_encoded_bytes().starts_with(b"-");
    parser.raw_args()?.next_if(is_no_option).ok_or(UsageError::MissingArgument(option))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(arguments: &[&str]) -> Result<Options, UsageError> {
        let words = std::iter::once(&"moonwire").chain(arguments);
        let command_line: Vec<OsString> = words.map(OsString::from).collect();
        match Options::parse(&command_line)? {
            Command::Run(options) => Ok(options),
            other => Err(UsageError::UnknownOption(format!("{other:?}"))),
        }
    }

    fn script(arguments: &[&str]) -> Option<(usize, Option<OsString>)> {
        let options = parse(arguments).ok()?;
        options.script.map(|script| (script.index, script.file))
    }

    #[test]
    fn the_script_ends_the_options() {
        assert_eq!(script(&["-v", "a.lua", "-i"]), Some((2, Some("a.lua".into()))));
        assert!(parse(&["a.lua", "-i"]).is_ok_and(|options| !options.interactive));
    }

    #[test]
    fn an_option_takes_its_argument_attached_or_from_the_next_word() {
        assert_eq!(script(&["-e", "x=1", "a.lua"]), Some((3, Some("a.lua".into()))));
        assert_eq!(script(&["-ex=1", "a.lua"]), Some((2, Some("a.lua".into()))));
        assert!(matches!(parse(&["-l"]), Err(UsageError::MissingArgument("-l"))));
        assert!(matches!(parse(&["-e", "-i"]), Err(UsageError::MissingArgument("-e"))));
    }

    #[test]
    fn an_equals_sign_belongs_to_the_argument() {
        let options = parse(&["-e=1"]).unwrap_or_default();
        assert!(matches!(&options.preludes[..], [Prelude::Execute(text)] if text == "=1"));
    }

    #[test]
    fn a_dash_is_standard_input_unless_the_options_were_ended() {
        assert_eq!(script(&["-", "x"]), Some((1, None)));
        assert_eq!(script(&["--", "-"]), Some((2, Some("-".into()))));
        assert_eq!(script(&["--"]), None);
    }
}
