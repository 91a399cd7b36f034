//! What standard error says when a script fails.

use crate::program::{Program, moonwire};

/// How Lua calls a global function in a traceback.
const ERROR: &str =
    if cfg!(feature = "lua55") { "[C]: in global 'error'" } else { "[C]: in function 'error'" };

/// How a traceback ends.
const LAST: &str = if cfg!(feature = "lua51") { "[C]: ?" } else { "[C]: in ?" };

#[test]
fn a_traceback_shows_the_script_and_nothing_of_the_program() {
    let expected = format!(
        "moonwire: bad.lua:2: wrong\nstack traceback:\n\t{ERROR}\n\tbad.lua:2: in main chunk\n\t{LAST}\n"
    );
    let program = Program::new().file("bad.lua", "\nerror('wrong')");
    for arguments in [&["bad.lua"][..], &["bad.lua", "with", "arguments"]] {
        let run = program.run(arguments);
        assert_eq!((run.errors, run.code), (expected.clone(), Some(1)));
    }
}

#[test]
fn a_syntax_error_has_no_traceback() {
    let run = moonwire(&["-e", "x = ="]);
    run.fails("moonwire: (command line):1: unexpected symbol near '='\n");
    assert_eq!(run.errors.lines().count(), 1);
}

#[test]
fn an_error_object_speaks_for_itself() {
    let text = "error(setmetatable({}, {__tostring = function() return 'own words' end}))";
    let run = moonwire(&["-e", text]);
    assert_eq!((&*run.errors, run.code), ("moonwire: own words\n", Some(1)));
}

#[test]
fn other_error_objects_are_named_by_their_type() {
    for (value, kind) in [("{}", "table"), ("true", "boolean"), ("print", "function")] {
        let run = moonwire(&["-e", &format!("error({value})")]);
        run.fails(&format!("moonwire: (error object is a {kind} value)\nstack traceback:\n"));
    }
}

#[test]
fn an_error_without_a_value_is_an_error() {
    for text in ["error()", "error(nil)"] {
        moonwire(&["-e", text]).fails("moonwire: (error object is a nil value)\n");
    }
}

#[test]
fn an_error_object_that_fails_to_speak_is_an_error() {
    let text = "error(setmetatable({}, {__tostring = function() error('inner', 0) end}))";
    let message = "(error object is a table value, and its __tostring failed: inner)";
    moonwire(&["-e", text]).fails(&format!("moonwire: {message}\n"));
}

#[test]
fn numbers_are_messages() {
    moonwire(&["-e", "error(12, 0)"]).fails("moonwire: 12\nstack traceback:\n");
}

#[test]
fn a_stack_overflow_is_an_error_like_others() {
    let run = moonwire(&["-e", "local function f() return 1 + f() end f()"]);
    run.fails("moonwire: (command line):1: stack overflow");
    assert!(run.errors.contains("in main chunk"), "{}", run.errors);
}

#[test]
fn messages_can_have_several_lines() {
    let run = moonwire(&["-e", "error('two\\nlines\\n', 0)"]);
    run.fails("moonwire: two\nlines\n\nstack traceback:\n");
}

#[test]
fn scripts_cannot_spoil_the_messages() {
    let spoil = "pcall, xpcall, debug, tostring, getmetatable = nil error('still told')";
    moonwire(&["-e", spoil]).fails("moonwire: (command line):1: still told\nstack traceback:\n");
}

#[test]
fn an_error_in_a_coroutine_reaches_the_user() {
    let text = "coroutine.wrap(function() error('inside') end)()";
    let run = moonwire(&["-e", text]);
    run.fails("moonwire: (command line):1: "); // Lua 5.4 and later add a position of their own
    assert!(run.errors.contains("(command line):1: inside\nstack traceback:"), "{}", run.errors);
}
