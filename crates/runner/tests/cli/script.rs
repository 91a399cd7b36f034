//! Scripts, their arguments, and the code with which the program exits.

use crate::program::{Program, moonwire};

const SHOW: &str = "print(select('#', ...), ...)\nprint(arg[-1], arg[0], arg[1], #arg)";

#[test]
fn a_script_gets_its_arguments() {
    let program = Program::new().file("show.lua", SHOW);
    program.run(&["show.lua"]).prints(&format!("0\n{}\tshow.lua\tnil\t0\n", binary()));
    program.run(&["-E", "show.lua", "a", "-e"]).prints("2\ta\t-e\n-E\tshow.lua\ta\t2\n");
}

#[test]
fn options_stand_before_the_script_in_arg() {
    let show = "print(arg[-4] == nil, arg[-3], arg[-2], arg[-1], arg[0])";
    let program = Program::new().file("show.lua", show);
    let run = program.run(&["-e", "x = 1", "show.lua"]);
    run.prints(&format!("true\t{}\t-e\tx = 1\tshow.lua\n", binary()));
}

#[test]
fn without_a_script_arg_starts_at_the_program() {
    moonwire(&["-e", "print(arg[0], arg[1])"]).prints(&format!("{}\t-e\n", binary()));
}

#[test]
fn code_before_the_script_can_change_its_arguments() {
    let program = Program::new().file("show.lua", "print(...)");
    program.run(&["-e", "arg[1] = 'changed'", "show.lua", "given"]).prints("changed\n");
    program.run(&["-e", "arg = nil", "show.lua"]).fails("moonwire: 'arg' is not a table\n");
}

#[test]
fn a_first_line_for_the_shell_is_skipped() {
    let script = "#!/usr/bin/env moonwire\nprint(debug.getinfo(1, 'l').currentline)";
    Program::new().file("tool", script).run(&["tool"]).prints("2\n");
}

#[test]
fn standard_input_is_a_script_when_there_is_no_other() {
    let program = Program::new();
    program.run_with_input("print('in', ...)", &[]).prints("in\n");
    program.run_with_input("print('in', ...)", &["-", "a"]).prints("in\ta\n");
    program.run_with_input("x = =", &[]).fails("moonwire: stdin:1: ");
    program.run_with_input("print('unread')", &["-e", ""]).prints("");
}

#[test]
fn two_dashes_end_the_options() {
    let program = Program::new().file("-v", "print('a file')").file("-", "print('another')");
    program.run(&["--", "-v"]).prints("a file\n");
    program.run(&["--", "-"]).prints("another\n");
}

#[test]
fn a_missing_script_is_an_error() {
    let run = moonwire(&["nowhere.lua"]);
    run.fails("moonwire: cannot open nowhere.lua");
    assert!(!run.errors.contains("traceback"), "{}", run.errors);
}

#[test]
fn a_script_chooses_the_exit_code() {
    assert_eq!(moonwire(&["-e", "os.exit(7)"]).code, Some(7));
    assert_eq!(moonwire(&["-e", "os.exit(0)"]).code, Some(0));
    if !cfg!(feature = "lua51") {
        assert_eq!(moonwire(&["-e", "os.exit(false)"]).code, Some(1));
        assert_eq!(moonwire(&["-e", "os.exit(true, true)"]).code, Some(0));
    }
}

#[test]
fn the_state_is_closed_at_the_end() {
    let text = "keep = newproxy and newproxy(true) or setmetatable({}, {})
                local meta = getmetatable(keep)
                meta.__gc = function() print('collected') end
                if not newproxy then setmetatable(keep, meta) end";
    moonwire(&["-e", text]).prints("collected\n");
}

#[test]
fn bytes_that_are_no_text_pass_unharmed() {
    let program = Program::new().file("bytes.lua", b"print(#'\xff\xfe')");
    program.run(&["bytes.lua"]).prints("2\n");
}

fn binary() -> &'static str {
    env!("CARGO_BIN_EXE_moonwire")
}
