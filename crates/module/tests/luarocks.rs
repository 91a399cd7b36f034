//! Installs with LuaRocks and with make into temporary trees, and uses what is there with the stock
//! interpreter.

use std::error::Error;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::{env, fs};

use libtest_mimic::{Arguments, Completion, Failed, Trial};

/// The Lua version.
const VERSION: &str = "5.4";

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
    let tests = vec![
        Trial::ignorable_test("a_rock", a_rock),
        Trial::ignorable_test("make_install", make_install),
    ];
    libtest_mimic::run(&Arguments::from_args(), tests).exit_code()
}

fn a_rock() -> Result<Completion, Failed> {
    if let Some(ignored) = needs(&["luarocks", "lua5.4", "make"]) {
        return Ok(ignored);
    }
    let tree = tempfile::tempdir()?;
    // LuaRocks builds nothing where it finds no headers of Lua, which this build does not read.
    let headers = tempfile::tempdir()?;
    fs::write(headers.path().join("lua.h"), "#define LUA_VERSION_NUM 504\n")?;
    luarocks(tree.path(), &["make", &format!("LUA_INCDIR={}", headers.path().display())])?;
    modules_share_one_library(tree.path())?;
    let rock = tree.path().join("lib/luarocks").join(format!("rocks-{VERSION}/moonwire/scm-1"));
    are_files(&rock, &["docs/README.md", "types/moonwire.lua", "examples/tour.lua"])?;
    let pages = luarocks(tree.path(), &["doc", "--list", "moonwire"])?;
    if !pages.contains("moonwire.md") {
        return Err(format!("luarocks doc does not list the pages:\n{pages}").into());
    }
    Ok(Completion::Completed)
}

fn make_install() -> Result<Completion, Failed> {
    if let Some(ignored) = needs(&["lua5.4", "make"]) {
        return Ok(ignored);
    }
    let tree = tempfile::tempdir()?;
    let mut destination = OsString::from("DESTDIR=");
    destination.push(tree.path());
    run(Command::new("make")
        .args(["--no-print-directory", "install", "PREFIX=/usr"])
        .arg(format!("LUA={VERSION}"))
        .arg(destination)
        .current_dir(root()))?;
    let installed = tree.path().join("usr");
    modules_share_one_library(&installed)?;
    let addon = installed.join("share/lua-language-server/addons/moonwire");
    are_files(&addon, &["config.json", "library/moonwire.lua", "library/llsocket.lua"])?;
    let documents = installed.join("share/doc/moonwire");
    are_files(&documents, &["docs/moonwire.md", "examples/tour.lua", "LICENSE-MIT"])?;
    Ok(Completion::Completed)
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn luarocks(tree: &Path, arguments: &[&str]) -> Result<String, Failed> {
    run(Command::new("luarocks")
        .args(["--lua-version", VERSION, "--tree"])
        .arg(tree)
        .args(arguments)
        .current_dir(root()))
}

/// Why a test is ignored: a program that it runs is missing.
fn needs(programs: &[&str]) -> Option<Completion> {
    let missing = programs.iter().find(|program| !is_installed(program))?;
    Some(Completion::ignored_with(format!("{missing} is not installed")))
}

fn are_files(folder: &Path, names: &[&str]) -> Result<(), Failed> {
    match names.iter().map(|name| folder.join(name)).find(|path| !path.is_file()) {
        Some(missing) => Err(format!("no file {}", missing.display()).into()),
        None => Ok(()),
    }
}

/// All modules of a tree are there, and are of its one native library.
fn modules_share_one_library(tree: &Path) -> Result<(), Failed> {
    let in_tree = |kind: &str, name: &str| {
        let folder = tree.join(kind).join("lua").join(VERSION);
        folder.join(name).to_string_lossy().into_owned()
    };
    let script = tree.join("list_mappings.lua");
    fs::write(&script, LIST_MAPPINGS)?;
    let mappings = run(Command::new("lua5.4")
        .arg(&script)
        .args(module_names(&root().join("lua"))?)
        .env("LUA_PATH", in_tree("share", "?.lua"))
        .env("LUA_CPATH", in_tree("lib", "?.so"))
        .current_dir(tree))?;
    let expected = in_tree("lib", "moonwire/core.so");
    if mappings.lines().collect::<Vec<_>>() != [expected.as_str()] {
        return Err(format!("expected {expected} once, got:\n{mappings}").into());
    }
    Ok(())
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
