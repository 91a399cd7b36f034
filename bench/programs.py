"""Builds the programs in C and the modules, and finds the peers."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
# Where `make module LUA=5.4` puts the modules, and where the programs in C go.
MODULES = Path(os.environ.get("BENCH_MODULES", ROOT / "build" / "lua5.4"))
BUILD = Path(os.environ.get("BENCH_BUILD", ROOT / "build" / "bench"))
LUA = "lua5.4"

# What is required of Lua, and Debian's package of it.
LIBRARIES = {"luasocket": ("socket", "lua-socket"), "cqueues": ("cqueues", "lua-cqueues"), "luv": ("luv", "lua-luv")}
# Programs, and Debian's packages of them.
TOOLS = {LUA: LUA, "cc": "gcc", "strace": "strace", "gnuplot": "gnuplot-nox"}
# bench/c/bare.c is built against this.
HEADER, HEADER_PACKAGE = Path("/usr/include/lua5.4/lua.h"), "liblua5.4-dev"


def environment():
    """Where the Lua programs find case.lua, the modules and bare.so."""
    return {
        **os.environ,
        "LUA_PATH": f"{HERE}/lua/?.lua;{MODULES}/?.lua;;",
        "LUA_CPATH": f"{MODULES}/?.so;{BUILD}/?.so;;",
    }


def command(case, program):
    """The words that run a program of a case."""
    if program.startswith("c/"):
        return [str(BUILD / program.removeprefix("c/"))]
    return [LUA, str(HERE / "lua" / (case.folder or case.name.replace("-", "_")) / f"{program}.lua")]


def server():
    return str(BUILD / "server")


def load():
    return str(BUILD / "load")


def finds(library):
    words = [LUA, "-e", f"require '{LIBRARIES[library][0]}'"]
    return subprocess.run(words, capture_output=True, env=environment()).returncode == 0


def missing():
    """What there is not, each with its package."""
    absent = {tool: package for tool, package in TOOLS.items() if not shutil.which(tool)}
    if not HEADER.exists():
        absent["bare"] = HEADER_PACKAGE
    if LUA not in absent:
        absent |= {name: LIBRARIES[name][1] for name in LIBRARIES if not finds(name)}
    else:
        absent |= {name: package for name, (_, package) in LIBRARIES.items()}
    return absent


def install():
    """Installs what is missing, as root where there is apt. Returns the names that were passed over."""
    if missing() and os.geteuid() == 0 and shutil.which("apt-get"):
        apt = {"env": {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}, "capture_output": True}
        subprocess.run(["apt-get", "update"], **apt)
        packages = sorted(set(missing().values()))
        subprocess.run(["apt-get", "install", "-y", "--no-install-recommends", *packages], **apt)
    absent = missing()
    for name, package in absent.items():
        print(f"passed over: {name} is not installed (Debian package {package})")
    if LUA in absent or "cc" in absent:
        sys.exit("there is nothing to measure without them")
    return absent


def build():
    """Builds what lies in bench/c."""
    BUILD.mkdir(parents=True, exist_ok=True)
    flags = ["-O2", "-Wall", "-Wextra", "-Werror", "-D_GNU_SOURCE"]
    for source in sorted((HERE / "c").glob("*.c")):
        target = BUILD / source.stem
        if source.stem == "bare":
            if not HEADER.exists():
                continue
            target = target.with_suffix(".so")
            words = ["cc", *flags, "-shared", "-fPIC", f"-I{HEADER.parent}"]
        else:
            words = ["cc", *flags]
        subprocess.run([*words, "-o", target, source], check=True)


def versions():
    """What was measured, as the systems' tools name it."""

    def first_line(*words):
        try:
            said = subprocess.run(words, capture_output=True, text=True)
        except FileNotFoundError:
            return ""
        return (said.stdout or said.stderr).split("\n")[0].strip()

    packages = [package for _, package in LIBRARIES.values()]
    installed = {}
    for package in packages:
        version = first_line("dpkg-query", "-W", "-f", "${Version}", package)
        installed[package] = version if version and "no packages" not in version else "not installed"
    return {
        "lua": first_line(LUA, "-v").split("  ")[0],
        "cc": first_line("cc", "--version"),
        "moonwire": first_line("git", "-C", str(ROOT), "describe", "--always", "--dirty"),
        **installed,
    }
