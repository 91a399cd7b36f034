//! The environment variables that Lua heeds, and `-E`, which makes it heed none.

use crate::program::Program;

/// The variable of this Lua's own version; Lua 5.1 and LuaJIT have none.
const OWN_NAME: Option<&str> = match () {
    () if cfg!(feature = "lua52") => Some("LUA_INIT_5_2"),
    () if cfg!(feature = "lua53") => Some("LUA_INIT_5_3"),
    () if cfg!(feature = "lua54") => Some("LUA_INIT_5_4"),
    () if cfg!(feature = "lua55") => Some("LUA_INIT_5_5"),
    () => None,
};

#[test]
fn initial_code_runs_first() {
    let program = Program::new().variable("LUA_INIT", "print('initial', ...)");
    program.run(&["-e", "print('later')"]).prints("initial\nlater\n");
}

#[test]
fn initial_code_can_be_a_file() {
    let program = Program::new().file("init.lua", "answer = 42").variable("LUA_INIT", "@init.lua");
    program.run(&["-e", "print(answer)"]).prints("42\n");
}

#[test]
fn initial_code_for_the_version_goes_before() {
    let program =
        Program::new().variable("LUA_INIT", "print('any')").variable("LUA_INIT_5_1", "print(5.1)");
    match OWN_NAME {
        Some(name) => program.variable(name, "print('own')").run(&["-e", ""]).prints("own\n"),
        None => program.run(&["-e", ""]).prints("any\n"),
    }
}

#[test]
fn failing_initial_code_ends_the_program() {
    let run = Program::new().variable("LUA_INIT", "error('no')").run(&["-e", "print(1)"]);
    run.fails("moonwire: LUA_INIT:1: no\nstack traceback:\n");
    assert_eq!(run.output, "");
    Program::new().variable("LUA_INIT", "@nowhere").run(&[]).fails("moonwire: cannot open nowhere");
    if let Some(name) = OWN_NAME {
        let run = Program::new().variable(name, "x = =").run(&[]);
        run.fails(&format!("moonwire: {name}:1: unexpected symbol"));
    }
}

#[test]
fn search_paths_are_heeded() {
    let program = Program::new().variable("LUA_PATH", "here/?.lua").variable("LUA_CPATH", "?.none");
    let run = program.run(&["-e", "print(package.path, package.cpath)"]);
    run.prints("here/?.lua\t?.none\n");
}

#[test]
fn two_semicolons_are_the_usual_search_path() {
    let program = Program::new().variable("LUA_PATH", "here/?.lua;;");
    let show = "print(package.path:find('here/?.lua;', 1, true), package.path:find('/usr/share'))";
    let run = program.run(&["-e", show]);
    assert!(run.output.starts_with("1\t") && !run.output.contains("nil"), "{run:?}");
}

#[test]
fn modules_of_the_system_are_found() {
    let version = match () {
        () if cfg!(feature = "lua52") => "5.2",
        () if cfg!(feature = "lua53") => "5.3",
        () if cfg!(feature = "lua54") => "5.4",
        () if cfg!(feature = "lua55") => "5.5",
        () => "5.1",
    };
    let run = Program::new().run(&["-E", "-e", "print(package.path) print(package.cpath)"]);
    let (path, cpath) = run.output.split_once('\n').unwrap_or_default();
    for prefix in ["/usr/local/share", "/usr/share"] {
        for file in ["?.lua", "?/init.lua"] {
            let entry = format!("{prefix}/lua/{version}/{file}");
            assert!(path.split(';').any(|other| other == entry), "{entry} in {path}");
        }
    }
    for prefix in ["/usr/local/lib", "/usr/lib"] {
        let entry = format!("{prefix}/lua/{version}/?.so");
        assert!(cpath.trim_end().split(';').any(|other| other == entry), "{entry} in {cpath}");
    }
    assert!(path.split(';').any(|entry| entry == "./?.lua"), "{path}");
    assert!(cpath.trim_end().split(';').any(|entry| entry == "./?.so"), "{cpath}");
}

#[test]
fn nothing_is_heeded_when_it_shall_be_ignored() {
    let program = Program::new()
        .variable("LUA_INIT", "print('initial')")
        .variable("LUA_PATH", "here/?.lua")
        .variable("LUA_CPATH", "here/?.so");
    let show =
        "print(package.path:find('here'), package.cpath:find('here'), os.getenv('LUA_INIT'))";
    program.run(&["-E", "-e", show]).prints("nil\tnil\tprint('initial')\n");
    program.run(&["-e", show, "-E"]).prints("nil\tnil\tprint('initial')\n");
}
