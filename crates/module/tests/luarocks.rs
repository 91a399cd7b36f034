//! Installs the modules with LuaRocks into a temporary tree and uses what is there with the stock
//! interpreter.

use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::{env, fs};

use libtest_mimic::{Arguments, Completion, Failed, Trial};

/// The Lua version, and the programs that the test runs.
const VERSION: &str = "5.4";
const PROGRAMS: [&str; 3] = ["luarocks", "lua5.4", "make"];

/// Requires every module that is named in its arguments, and prints the distinct executable
/// mappings of the native library, a line each.
const LIST_MAPPINGS: &str = r#"
    for _, name in ipairs(arg) do
        assert(type(require(name)) == "table", name)
    end
    for line in io.lines("/proc/self/maps") do
        if line:find("r%-xp") and line:find("/moonwire/core%.so$") then
            print(line:match("%S+$"))
        end
    end
"#;

fn main() -> ExitCode {
    let test = Trial::ignorable_test("one_library_for_all_modules", one_library_for_all_modules);
    libtest_mimic::run(&Arguments::from_args(), vec![test]).exit_code()
}

fn one_library_for_all_modules() -> Result<Completion, Failed> {
    if let Some(missing) = PROGRAMS.iter().find(|program| !is_installed(program)) {
        return Ok(Completion::ignored_with(format!("{missing} is not installed")));
    }
    let tree = tempfile::tempdir()?;
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    run(Command::new("luarocks")
        .args(["--lua-version", VERSION, "--tree"])
        .arg(tree.path())
        .arg("make")
        .current_dir(&root))?;

    let in_tree = |kind: &str, name: &str| {
        let folder = tree.path().join(kind).join("lua").join(VERSION);
        folder.join(name).to_string_lossy().into_owned()
    };
    let script = tree.path().join("list_mappings.lua");
    fs::write(&script, LIST_MAPPINGS)?;
    let mappings = run(Command::new("lua5.4")
        .arg(&script)
        .args(module_names(&root.join("lua"))?)
        .env("LUA_PATH", in_tree("share", "?.lua"))
        .env("LUA_CPATH", in_tree("lib", "?.so"))
        .current_dir(tree.path()))?;
    let expected = in_tree("lib", "moonwire/core.so");
    if mappings.lines().collect::<Vec<_>>() != [expected.as_str()] {
        return Err(format!("expected {expected} once, got:\n{mappings}").into());
    }
    Ok(Completion::Completed)
}

/// The modules that the installation must hold, and the one that leads all of them to the native
/// library.
fn module_names(folder: &Path) -> Result<Vec<String>, Box<dyn Error>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "lua") {
            names.extend(path.file_stem().map(|name| name.to_string_lossy().into_owned()));
        }
    }
    Ok(names)
}

fn is_installed(program: &str) -> bool {
    let folders = env::var_os("PATH").unwrap_or_default();
    env::split_paths(&folders)
        .map(|folder: PathBuf| folder.join(program))
        .any(|file| file.is_file())
}

/// Runs a command to its end and returns what it printed.
fn run(command: &mut Command) -> Result<String, Failed> {
    // The tree is all that the programs may find, whatever the environment says.
    let command =
        command.env_remove("LUA_INIT").env_remove("LUA_PATH_5_4").env_remove("LUA_CPATH_5_4");
    let output = command.output()?;
    let printed = String::from_utf8_lossy(&output.stdout).into_owned();
    if output.status.success() {
        return Ok(printed);
    }
    let errors = String::from_utf8_lossy(&output.stderr);
    Err(format!("{command:?}: {}\n{printed}{errors}", output.status).into())
}
