//! Runs the Lua specs: every `spec/**/*_spec.lua` is one test, in a process of its own.
//!
//! A call of a drop-in does the same in a task as outside, so each spec of theirs is two tests: the
//! second, with `::in_task` behind its name, runs the spec and whatever Lua it starts inside of
//! `moonwire.run`.
//!
//! By default the specs run on the Lua that is embedded in the program `moonwire`. These variables
//! choose a stock interpreter in its place:
//!
//! - `MOONWIRE_SPEC_LUA`: the interpreter, such as `lua5.1`;
//! - `MOONWIRE_SPEC_MODULES`: the folder with the modules built for it, such as `build/lua5.1`.
//!
//! A spec finds its interpreter in `MOONWIRE_SPEC_COMMAND`, to start further Lua programs with. A
//! comment `-- needs: socat python3` at the head of a spec names the programs that it runs; where
//! one is missing, the spec is reported as ignored. What a spec passes over itself it says in a line
//! that begins with `passed over:`, which is shown although the spec passes.

use std::ffi::{OsStr, OsString};
use std::io::{self, PipeReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, ExitStatus, Stdio};
use std::sync::{Arc, mpsc};
use std::time::Duration;
use std::{env, fs, thread};

use libtest_mimic::{Arguments, Completion, Failed, Trial};
use nix::sys::signal::{Signal, killpg};
use nix::sys::wait::{Id, WaitPidFlag, waitid};
use nix::unistd::Pid;

/// The modules whose specs run in a task as well.
const DROP_INS: [&str; 4] = ["llsocket", "lsocket", "minisock", "ssocket"];

/// A Lua whose programs run in a task, below the root.
const LUA_IN_TASK: &str = "spec/support/lua_in_task";

/// How long one spec can take. The slowest takes half a minute of processor time in the dev profile, and other
/// specs run beside it.
const TIME_LIMIT: Duration = Duration::from_secs(120);

fn main() -> io::Result<ExitCode> {
    let arguments = Arguments::from_args();
    let lua = Arc::new(Lua::from_environment()?);
    let folder = lua.root.join("spec");
    let mut trials = Vec::new();
    for file in spec_files(&folder)? {
        let name = format!("{}::{}", lua.name, test_name(&folder, &file));
        if is_of_drop_in(&folder, &file) {
            let (lua, file) = (Arc::clone(&lua), file.clone());
            let run = move || lua.run_spec(&file, Place::InTask);
            trials.push(Trial::ignorable_test(format!("{name}::in_task"), run));
        }
        let lua = Arc::clone(&lua);
        trials.push(Trial::ignorable_test(name, move || lua.run_spec(&file, Place::Outside)));
    }
    if trials.is_empty() {
        return Err(io::Error::other(format!("no spec in {}", folder.display())));
    }
    Ok(libtest_mimic::run(&arguments, trials).exit_code())
}

/// Where a spec runs.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    /// As any program.
    Outside,
    /// In a task.
    InTask,
}

/// The Lua on which the specs run.
struct Lua {
    /// What the specs are listed under, such as `lua5.4`.
    name: String,
    command: OsString,
    root: PathBuf,
    /// The folder in which a stock interpreter finds the modules; the program needs none.
    modules: Option<PathBuf>,
}

impl Lua {
    fn from_environment() -> io::Result<Self> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize()?;
        let Some(command) = env::var_os("MOONWIRE_SPEC_LUA") else {
            return Ok(Self {
                name: embedded_version().to_owned(),
                command: env!("CARGO_BIN_EXE_moonwire").into(),
                root,
                modules: None,
            });
        };
        let Some(modules) = env::var_os("MOONWIRE_SPEC_MODULES") else {
            return Err(io::Error::other(
                "MOONWIRE_SPEC_LUA needs MOONWIRE_SPEC_MODULES, the folder with the modules for it",
            ));
        };
        let modules = root.join(modules);
        if !modules.is_dir() {
            return Err(io::Error::other(format!("no folder {}", modules.display())));
        }
        let name = Path::new(&command).file_name().unwrap_or(&command);
        Ok(Self {
            name: name.to_string_lossy().into_owned(),
            command,
            root,
            modules: Some(modules),
        })
    }

    fn run_spec(&self, file: &Path, place: Place) -> Result<Completion, Failed> {
        let source = fs::read_to_string(file)?;
        let missing: Vec<_> =
            needs(&source).into_iter().filter(|program| !is_on_path(program)).collect();
        if !missing.is_empty() {
            return Ok(Completion::ignored_with(format!("needs {}", missing.join(", "))));
        }

        let (reader, writer) = io::pipe()?;
        let mut command = self.command_for(file, place);
        command.stdout(writer.try_clone()?).stderr(writer);
        let (end, output) = run_to_end(command, reader)?;
        let output = String::from_utf8_lossy(&output);
        if let End::Exit(status) = end
            && status.success()
        {
            for line in output.lines().filter(|line| line.starts_with("passed over:")) {
                eprintln!("{}: {line}", file.strip_prefix(&self.root).unwrap_or(file).display());
            }
            return Ok(Completion::Completed);
        }
        Err(format!("{}\n{output}", end.describe()).into())
    }

    fn command_for(&self, file: &Path, place: Place) -> Command {
        let lua = match place {
            Place::Outside => self.command.clone(),
            Place::InTask => self.root.join(LUA_IN_TASK).into(),
        };
        let mut command = Command::new(&lua);
        command
            .arg(file.strip_prefix(&self.root).unwrap_or(file))
            .current_dir(&self.root)
            .stdin(Stdio::null())
            .env("MOONWIRE_SPEC_COMMAND", &lua)
            .env("MOONWIRE_SPEC_INTERPRETER", &self.command);
        // What the caller's own Lua is set up with must not reach the specs; the variables that
        // carry a version would even win over those set below.
        for (name, _) in env::vars_os() {
            if name.to_str().is_some_and(|name| {
                ["LUA_PATH", "LUA_CPATH", "LUA_INIT"].iter().any(|own| name.starts_with(own))
            }) {
                command.env_remove(name);
            }
        }
        let mut path = search_path(&self.root, &["?.lua", "?/init.lua"]);
        if let Some(modules) = &self.modules {
            path.push(search_path(modules, &["?.lua"]));
            let mut native = search_path(modules, &["?.so"]);
            native.push(";");
            command.env("LUA_CPATH", native);
        }
        path.push(";");
        command.env("LUA_PATH", path);
        command
    }
}

/// The Lua in the program, under the name that its stock interpreter has.
fn embedded_version() -> &'static str {
    match () {
        () if cfg!(feature = "luajit") => "luajit",
        () if cfg!(feature = "lua51") => "lua5.1",
        () if cfg!(feature = "lua52") => "lua5.2",
        () if cfg!(feature = "lua53") => "lua5.3",
        () if cfg!(feature = "lua55") => "lua5.5",
        () => "lua5.4",
    }
}

/// `folder/?.lua;` for each template, as `package.path` has it.
fn search_path(folder: &Path, templates: &[&str]) -> OsString {
    let mut path = OsString::new();
    for template in templates {
        path.push(folder.join(template));
        path.push(";");
    }
    path
}

/// Every spec below the folder, in the order of their names.
fn spec_files(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut entries = fs::read_dir(folder)?
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<io::Result<Vec<_>>>()?;
    entries.sort();
    let mut files = Vec::new();
    for path in entries {
        if path.is_dir() {
            files.extend(spec_files(&path)?);
        } else if path.file_name().and_then(OsStr::to_str).is_some_and(|n| n.ends_with("_spec.lua"))
        {
            files.push(path);
        }
    }
    Ok(files)
}

/// `minisock::read` for `minisock/read_spec.lua`.
fn test_name(folder: &Path, file: &Path) -> String {
    let path = file.strip_prefix(folder).unwrap_or(file).to_string_lossy();
    path.trim_end_matches("_spec.lua").replace('/', "::")
}

/// Whether the spec is one of a drop-in.
fn is_of_drop_in(folder: &Path, file: &Path) -> bool {
    let path = file.strip_prefix(folder).unwrap_or(file);
    DROP_INS.iter().any(|module| path.starts_with(module))
}

/// The programs that the comments at the head of a spec name.
fn needs(source: &str) -> Vec<&str> {
    source
        .lines()
        .take_while(|line| line.starts_with("--"))
        .filter_map(|line| line.strip_prefix("-- needs:"))
        .flat_map(str::split_whitespace)
        .collect()
}

fn is_on_path(program: &str) -> bool {
    env::var_os("PATH")
        .is_some_and(|path| env::split_paths(&path).any(|folder| folder.join(program).is_file()))
}

/// How a spec ended.
enum End {
    Exit(ExitStatus),
    OutOfTime,
}

impl End {
    fn describe(&self) -> String {
        use std::os::unix::process::ExitStatusExt;
        match self {
            Self::Exit(status) => match status.signal().map(Signal::try_from) {
                Some(Ok(signal)) => format!("killed by {signal}"),
                _ => status.to_string(),
            },
            Self::OutOfTime => format!("killed: still running after {TIME_LIMIT:?}"),
        }
    }
}

/// Runs the command, which writes to the other end of `output`, and ends whatever it leaves behind.
fn run_to_end(mut command: Command, mut output: PipeReader) -> io::Result<(End, Vec<u8>)> {
    use std::os::unix::process::CommandExt;
    let mut child = command.process_group(0).spawn()?;
    // The command holds the writing ends; the output ends when the last process has closed its own.
    drop(command);
    let reader = thread::spawn(move || {
        let mut bytes = Vec::new();
        output.read_to_end(&mut bytes).map(|_| bytes)
    });

    // The child is watched without being reaped, so that its id stays its own until its group has
    // been ended.
    let group = Pid::from_raw(child.id().cast_signed());
    let (ended, end) = mpsc::channel();
    let watcher = thread::spawn(move || {
        let seen = waitid(Id::Pid(group), WaitPidFlag::WEXITED | WaitPidFlag::WNOWAIT);
        // The receiver has gone when the time was up: then nobody asks any more.
        let _ = ended.send(seen);
    });
    let in_time = end.recv_timeout(TIME_LIMIT).is_ok();
    killpg(group, Signal::SIGKILL)?;
    let status = child.wait()?;

    watcher.join().map_err(|_| io::Error::other("the thread that watches the spec panicked"))?;
    let output = reader
        .join()
        .map_err(|_| io::Error::other("the thread that reads the output panicked"))??;
    Ok((if in_time { End::Exit(status) } else { End::OutOfTime }, output))
}
