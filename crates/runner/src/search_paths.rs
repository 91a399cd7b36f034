//! Where `require` looks: the paths of the Lua that is embedded, which are below `/usr/local`, and where
//! the system's packages put their modules, as the interpreters of the distributions have it.

use std::env;

use mlua::prelude::*;

use crate::version;

/// A field of `package`, and what belongs to it.
struct Path {
    field: &'static str,
    /// The variable of the environment, without a version.
    variable: &'static str,
    /// Where Lua's own entries begin of which the system has counterparts.
    own: &'static str,
    /// Where those begin in its place.
    system: &'static [&'static str],
}

/// The folder of C modules on Debian and its kind (`dpkg-architecture`, "multiarch").
const MULTIARCH: &str = match () {
    () if cfg!(target_arch = "x86_64") => "/usr/lib/x86_64-linux-gnu/lua/",
    () if cfg!(target_arch = "aarch64") => "/usr/lib/aarch64-linux-gnu/lua/",
    () if cfg!(target_arch = "x86") => "/usr/lib/i386-linux-gnu/lua/",
    () if cfg!(target_arch = "arm") => "/usr/lib/arm-linux-gnueabihf/lua/",
    () if cfg!(target_arch = "riscv64") => "/usr/lib/riscv64-linux-gnu/lua/",
    () if cfg!(target_arch = "s390x") => "/usr/lib/s390x-linux-gnu/lua/",
    () if cfg!(target_arch = "powerpc64") => "/usr/lib/powerpc64le-linux-gnu/lua/",
    () => BITS,
};
/// The folder of C modules on Fedora and its kind.
const BITS: &str =
    if cfg!(target_pointer_width = "64") { "/usr/lib64/lua/" } else { "/usr/lib/lua/" };

const PATHS: [Path; 2] = [
    Path {
        field: "path",
        variable: "LUA_PATH",
        own: "/usr/local/share/lua/",
        system: &["/usr/share/lua/"],
    },
    Path {
        field: "cpath",
        variable: "LUA_CPATH",
        own: "/usr/local/lib/lua/",
        system: if cfg!(target_pointer_width = "64") {
            &[MULTIARCH, BITS, "/usr/lib/lua/"]
        } else {
            &[MULTIARCH, BITS]
        },
    },
];

/// Gives `package`, which has the paths that Lua was built with, those of this program: what the environment
/// says, unless that is to be ignored.
pub(crate) fn set(lua: &Lua, ignore_environment: bool) -> LuaResult<()> {
    let package: LuaTable = lua.globals().get("package")?;
    for path in &PATHS {
        let built_in: LuaString = package.get(path.field)?;
        let default = path.with_system(&built_in.to_string_lossy());
        let chosen = if ignore_environment { None } else { path.chosen(lua)? };
        let value = match chosen {
            Some(chosen) => with_default(&chosen, default.as_bytes()),
            None => default.into_bytes(),
        };
        package.set(path.field, lua.create_string(value)?)?;
    }
    Ok(())
}

impl Path {
    /// The entries, with the system's after the last of Lua's own.
    fn with_system(&self, built_in: &str) -> String {
        let mut entries: Vec<String> = built_in.split(';').map(str::to_owned).collect();
        let own: Vec<&str> = built_in
            .split(';')
            .filter_map(|entry| entry.strip_prefix(self.own).filter(|rest| rest.contains('?')))
            .collect();
        let is_below_local =
            |entry: &String| entry.starts_with("/usr/local/") && entry.contains('?');
        let place = entries.iter().rposition(is_below_local).map_or(entries.len(), |last| last + 1);
        let system = self
            .system
            .iter()
            .flat_map(|prefix| own.iter().map(move |rest| [prefix, *rest].concat()));
        entries.splice(place..place, system.collect::<Vec<_>>());
        entries.join(";")
    }

    /// What the environment says: the variable for this version of Lua, or else that for all.
    fn chosen(&self, lua: &Lua) -> LuaResult<Option<Vec<u8>>> {
        let names = version::variables(lua, self.variable)?;
        Ok(names.iter().find_map(env::var_os).map(|value| value.into_encoded_bytes()))
    }
}

/// A path of the environment, in which `;;` stands for the default.
fn with_default(chosen: &[u8], default: &[u8]) -> Vec<u8> {
    let Some(mark) = chosen.windows(2).position(|pair| pair == b";;") else {
        return chosen.to_owned();
    };
    let (before, after) = (&chosen[..mark], &chosen[mark + 2..]);
    let parts: Vec<&[u8]> =
        [before, default, after].into_iter().filter(|part| !part.is_empty()).collect();
    parts.join(&b';')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_systems_entries_come_after_luas_own() {
        let [path, cpath] = &PATHS;
        assert_eq!(
            path.with_system("./?.lua;/usr/local/share/lua/5.1/?.lua;/usr/local/lib/lua/5.1/?.lua"),
            "./?.lua;/usr/local/share/lua/5.1/?.lua;/usr/local/lib/lua/5.1/?.lua;/usr/share/lua/5.1/?.lua",
        );
        let built_in = "/usr/local/lib/lua/5.4/?.so;/usr/local/lib/lua/5.4/loadall.so;./?.so";
        let system: String =
            cpath.system.iter().map(|prefix| format!("{prefix}5.4/?.so;")).collect();
        assert_eq!(
            cpath.with_system(built_in),
            built_in.replace(
                "/usr/local/lib/lua/5.4/load",
                &format!("{system}/usr/local/lib/lua/5.4/load")
            ),
        );
        assert_eq!(path.with_system("./?.lua"), "./?.lua");
    }

    #[test]
    fn two_semicolons_are_the_default() {
        for (chosen, expected) in
            [("a", "a"), (";;", "d"), ("a;;", "a;d"), (";;b", "d;b"), ("a;;b", "a;d;b"), ("", "")]
        {
            assert_eq!(with_default(chosen.as_bytes(), b"d"), expected.as_bytes(), "{chosen}");
        }
    }
}
