//! The options, and the order of what they ask for.

use crate::program::{Program, moonwire};

const HAS_WARNINGS: bool = cfg!(any(feature = "lua54", feature = "lua55"));

#[test]
fn statements_and_modules_run_in_the_order_given() {
    let program = Program::new().file("first.lua", "print('module')");
    let run = program.run(&["-e", "print(1)", "-l", "first", "-eprint(2)"]);
    run.prints("1\nmodule\n2\n");
}

#[test]
fn a_module_is_kept_in_a_global() {
    let program = Program::new().file("thing.lua", "return {name = ...}");
    program.run(&["-l", "thing", "-e", "print(thing.name)"]).prints("thing\n");
    program.run(&["-lother=thing", "-e", "print(other.name, thing)"]).prints("thing\tnil\n");
}

#[test]
fn a_version_after_a_module_is_left_out_of_the_global() {
    let program = Program::new().file("thing-v2.lua", "return 'two'");
    program.run(&["-l", "thing-v2", "-e", "print(thing)"]).prints("two\n");
}

#[test]
fn a_missing_module_is_an_error() {
    let run = moonwire(&["-l", "nowhere"]);
    let place = if cfg!(feature = "lua51") { "(command line):1: " } else { "" };
    run.fails(&format!("moonwire: {place}module 'nowhere' not found:"));
    // Lua 5.2 finds the name in `_G` or in `package.loaded`, whichever it comes to first.
    let callers: &[&str] = match () {
        () if cfg!(feature = "lua52") => &["in function 'require'", "in function '_G.require'"],
        () if cfg!(feature = "luajit") => &["at 0x"],
        () => &["in function 'require'"],
    };
    let is_traced = callers
        .iter()
        .any(|caller| run.errors.contains(&format!("\nstack traceback:\n\t[C]: {caller}")));
    assert!(is_traced, "{}", run.errors);
}

#[test]
fn what_fails_ends_the_program() {
    let run = moonwire(&["-e", "print(1)", "-e", "error('x')", "-e", "print(2)"]);
    run.fails("moonwire: (command line):1: x\n");
    assert_eq!(run.output, "1\n");
}

#[test]
fn the_version_names_moonwire_and_lua() {
    let lua = match () {
        () if cfg!(feature = "luajit") => "LuaJIT 2.1",
        () if cfg!(feature = "lua51") => "Lua 5.1",
        () if cfg!(feature = "lua52") => "Lua 5.2",
        () if cfg!(feature = "lua53") => "Lua 5.3",
        () if cfg!(feature = "lua54") => "Lua 5.4",
        () => "Lua 5.5",
    };
    for option in ["-v", "--version"] {
        let run = moonwire(&[option]);
        let expected = format!("Moonwire {}  {lua}", env!("CARGO_PKG_VERSION"));
        assert!(run.output.starts_with(&expected), "{run:?}");
        assert_eq!((run.output.lines().count(), run.code), (1, Some(0)));
    }
}

#[test]
fn the_version_comes_before_the_script() {
    let run = moonwire(&["-e", "io.write('later')", "-v"]);
    assert!(run.output.starts_with("Moonwire") && run.output.ends_with("\nlater"), "{run:?}");
}

#[test]
fn help_is_no_failure() {
    for option in ["-h", "--help"] {
        let run = moonwire(&[option]);
        assert!(run.output.starts_with("usage: moonwire [options]"), "{run:?}");
        assert_eq!(run.code, Some(0));
    }
}

#[test]
fn unknown_options_give_the_usage() {
    for option in ["-x", "--unknown"] {
        let run = moonwire(&[option]);
        run.fails(&format!("moonwire: unrecognized option '{option}'\nusage: moonwire"));
        assert_eq!(run.output, "");
    }
}

#[test]
fn a_missing_argument_gives_the_usage() {
    for arguments in [&["-e"][..], &["-l"], &["-e", "-i"]] {
        moonwire(arguments).fails(&format!("moonwire: '{}' needs argument\nusage:", arguments[0]));
    }
}

#[test]
fn warnings_are_shown_once_they_are_turned_on() {
    let warn = "warn('one ', 'text') warn('@off') warn('none') warn('@on') warn('last')";
    let run = moonwire(&["-W", "-e", if HAS_WARNINGS { warn } else { "" }]);
    if HAS_WARNINGS {
        assert_eq!(run.errors, "Lua warning: one text\nLua warning: last\n");
        moonwire(&["-e", "warn('unseen')"]).prints("");
    } else {
        run.fails("moonwire: unrecognized option '-W'\n");
    }
}
