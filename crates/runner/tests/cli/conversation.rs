//! The REPL, from a pipe. Prompts go to standard output, where no line ends after them.

use crate::program::{Program, Run};

fn converse(input: &str) -> Run {
    Program::new().run_with_input(input, &["-i"])
}

/// What was written after the line with the versions.
fn answers(run: &Run) -> &str {
    assert!(run.output.starts_with("Moonwire "), "{run:?}");
    run.output.split_once('\n').map_or("", |(_, rest)| rest)
}

#[test]
fn expressions_are_shown_and_statements_run() {
    let run = converse("1 + 1\n= 2, nil\nx = 5\nx\nreturn x\n\n");
    assert_eq!(answers(&run), "> 2\n> 2\tnil\n> > 5\n> 5\n> > \n");
    assert_eq!((&*run.errors, run.code), ("", Some(0)));
}

#[test]
fn a_statement_can_take_several_lines() {
    let run = converse("for i = 1, 2 do\nprint(i)\nend\nf = function()\nreturn 3 end\nf()\n");
    assert_eq!(answers(&run), "> >> >> 1\n2\n> >> > 3\n> \n");
}

#[test]
fn errors_do_not_end_it() {
    let run = converse("error('a')\nx = )\nerror({})\nprint('alive')\n");
    assert_eq!(answers(&run), "> > > > alive\n> \n");
    // It is `return error('a')` that is run, a tail call, which leaves no trace in LuaJIT.
    let place = if cfg!(feature = "luajit") { "" } else { "stdin:1: " };
    assert!(run.errors.starts_with(&format!("{place}a\nstack traceback:\n")), "{}", run.errors);
    assert!(run.errors.contains("\nstdin:1: unexpected symbol near ')'\n"), "{}", run.errors);
    assert!(run.errors.contains("\n(error object is a table value)\n"), "{}", run.errors);
    assert_eq!(run.code, Some(0));
}

#[test]
fn input_that_ends_too_early_is_an_error() {
    let run = converse("function f(");
    assert_eq!(answers(&run), "> >> > \n");
    assert!(run.errors.starts_with("stdin:1: <name> or '...' expected"), "{}", run.errors);
}

#[test]
fn globals_name_the_prompts() {
    let run = converse("_PROMPT, _PROMPT2 = 'one ', 'two '\nf(\n1)\n");
    assert_eq!(answers(&run), "> one two one \n");
}

#[test]
fn statements_share_the_input() {
    let run = converse("io.read()\nthis line\n'next'\n");
    assert_eq!(answers(&run), "> this line\n> next\n> \n");
}

#[test]
fn results_are_shown_by_the_global_print() {
    let run = converse("print = function(x) io.write('<', x, '>') end\n7\nprint = nil\n8\n");
    assert_eq!(answers(&run), "> > <7>> > > \n");
    assert!(run.errors.starts_with("error calling 'print' ("), "{}", run.errors);
}

#[test]
fn it_comes_after_the_script() {
    let program = Program::new().file("set.lua", "value = ...");
    let run = program.run_with_input("value\n", &["-i", "set.lua", "given"]);
    assert_eq!(answers(&run), "> given\n> \n");
    let run = program.run_with_input("value\n", &["-i", "nowhere.lua"]);
    run.fails("moonwire: cannot open nowhere.lua");
}
