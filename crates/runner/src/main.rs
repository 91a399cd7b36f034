//! The program `moonwire`: an embedded Lua with every Moonwire module at hand. It is used as the
//! stock `lua` is, with the same options, messages and exit codes.

#![deny(unsafe_code)]

mod arguments;
mod background;
mod editor;
mod failure;
mod history;
mod interpreter;
mod line_source;
mod loader;
mod options;
mod program;
mod repl;
mod search_paths;
mod state;
mod usage;
mod version;
#[cfg(any(feature = "lua54", feature = "lua55"))]
mod warnings;

use std::env;
use std::ffi::OsString;
use std::process::ExitCode;

use crate::options::{Command, Options};

fn main() -> ExitCode {
    state::die_of_broken_pipes();
    state::heed_interrupts();
    let command_line: Vec<OsString> = env::args_os().collect();
    let outcome = match Options::parse(&command_line) {
        Ok(Command::Help) => usage::print(),
        Ok(Command::Version) => version::print_of_fresh_state(),
        Ok(Command::Run(options)) => program::run(&options, &command_line),
        Err(error) => Err(error.into()),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            failure.report_as_program();
            ExitCode::FAILURE
        }
    }
}
