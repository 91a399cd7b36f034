"""Runs programs in turn, and reads the clocks at their marks.

A program prints `ready` when it is set up and `done` when its work is done, and waits each time for a
line. So what is read between the marks is the work and nothing else, and it is read in the same way for
every language: wall-clock time, the program's CPU clock (`clock_getcpuclockid`, POSIX) and its
resident memory. Where the program is a server, it prints its port, and the marks are those of the
program that loads it.
"""

import ctypes
import os
import re
import resource
import signal
import subprocess
import tempfile
import threading
import time
from contextlib import contextmanager
from statistics import median

from programs import command, environment, load, server

# A program that takes longer than this has failed, and is ended.
MOST_SECONDS = 120
CLOCKS = ctypes.CDLL(None, use_errno=True)


class Failed(Exception):
    """A program has not done its work."""


def cpu_seconds(pid):
    clock = ctypes.c_int()
    if CLOCKS.clock_getcpuclockid(pid, ctypes.byref(clock)) != 0:
        raise Failed("no CPU clock")
    return time.clock_gettime(clock.value)


def resident_bytes(pid):
    with open(f"/proc/{pid}/statm") as statm:
        return int(statm.read().split()[1]) * resource.getpagesize()


def prepared(core):
    """What a child does before it becomes the program: it keeps to its core and may have many
    descriptors."""

    def prepare():
        os.sched_setaffinity(0, {core})
        most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))

    return prepare


@contextmanager
def started(words, core, **more):
    """A program that is ended at the end of the block, however that is left."""
    # Where the machine has only one core, all share it.
    core %= os.cpu_count()
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with subprocess.Popen(words, env=environment(), preexec_fn=prepared(core), **pipes, **more) as child:
        limit = threading.Timer(MOST_SECONDS, child.kill)
        limit.start()
        try:
            yield child
        finally:
            limit.cancel()
            child.kill()


@contextmanager
def other_end(case):
    """The arguments of a program that come before and behind the count."""
    if not case.server:
        yield [str(case.argument)], []
        return
    with started([server(), case.server], case.cores[0]) as child:
        yield [child.stdout.readline().strip()], [str(case.argument)]


@contextmanager
def pair(case, program, count, before=(), **more):
    """A program of a case, set up, and the one that has the marks: itself, or what loads it. `before` are words
    that its command comes after."""
    if case.load:
        with started([*before, *command(case, program)], case.cores[1], **more) as child:
            port = child.stdout.readline().strip()
            if not port:
                raise Failed(f"ended before it had a port, with status {child.wait()}")
            words = [load(), case.load, port, str(count), str(case.argument)]
            with started(words, case.cores[0]) as loader:
                yield child, loader
    else:
        with other_end(case) as (first, last):
            words = [*before, *command(case, program), *first, str(count), *last]
            with started(words, case.cores[1]) as child:
                yield child, child


def wait_for(child, mark):
    line = child.stdout.readline().strip()
    if line != mark:
        raise Failed(line or f"ended before '{mark}' with status {child.wait()}")


def go_on(child):
    child.stdin.write("\n")
    child.stdin.flush()


def once(case, program, count):
    """One run: the seconds and CPU seconds of the whole work, and the memory that it has added."""
    with pair(case, program, count) as (child, marker):
        wait_for(marker, "ready")
        memory, cpu, wall = resident_bytes(child.pid), cpu_seconds(child.pid), time.perf_counter()
        go_on(marker)
        wait_for(marker, "done")
        wall, cpu = time.perf_counter() - wall, cpu_seconds(child.pid) - cpu
        memory = resident_bytes(child.pid) - memory
        go_on(marker)
        if marker.wait() != 0:
            raise Failed(f"ended with status {marker.returncode}")
    # A loader's count is as often as all its connections where those are what is counted.
    count *= case.each
    rates = {"rate": count / wall, "cpu_rate": count / cpu}
    return {"wall": wall / count, "cpu": cpu / count, **rates, "memory": memory / case.each}


# What perf tells apart; it takes long to prepare for each.
NAMED = """read write readv writev recvfrom sendto recvmsg sendmsg sendmmsg recvmmsg poll ppoll select pselect6
    epoll_wait epoll_pwait epoll_pwait2 epoll_ctl getsockopt setsockopt fcntl ioctl mmap munmap brk""".split()
EVENTS = ",".join(["raw_syscalls:sys_enter", *(f"syscalls:sys_enter_{name}" for name in NAMED)])
# Programs that count system calls into a file, best first, and how a line of theirs reads. perf does
# not change the timing of what it counts; under strace, an answer has always come by the time that
# somebody asks for it.
COUNTERS = {
    "perf": (
        ["perf", "stat", "-x,", "-e", EVENTS, "-o"],
        r"^(?P<calls>\d+),[^,]*,(?:raw_)?syscalls:sys_enter_?(?P<name>\w*),",
    ),
    "strace": (
        ["strace", "-f", "-c", "-S", "calls", "-U", "name,calls", "-o"],
        r"^\s*(?P<name>\w+)\s+(?P<calls>\d+)\s*$",
    ),
}


def counter():
    """The first of the counters that works here; nothing where none does."""
    for name, (words, _) in COUNTERS.items():
        try:
            if subprocess.run([*words, "/dev/null", "true"], capture_output=True).returncode == 0:
                return name
        except FileNotFoundError:
            pass
    return None


def system_calls(case, program, counter):
    """The system calls for each operation, by name: what is counted for many operations, less what is
    counted for one."""
    # A loader makes one request for each connection at least.
    few = case.argument if case.load == "requests" or case.load == "visits" else 1
    many = few + max(1, min(5_000, case.count // 8))
    alone, often = (counted(case, program, count, counter) for count in (few, many))
    each = {name: (often.get(name, 0) - alone.get(name, 0)) / (many - few) for name in {*alone, *often}}
    # A call now and then belongs to memory, not to the operation.
    return {name: round(calls, 2) for name, calls in sorted(each.items()) if calls >= 0.005}


def end_child_of(pid):
    """Ends the server that a counter runs, which then tells what it has counted."""
    with open(f"/proc/{pid}/task/{pid}/children") as children:
        for child in children.read().split():
            os.kill(int(child), signal.SIGTERM)


def counted(case, program, count, counter):
    words, line = COUNTERS[counter]
    with tempfile.NamedTemporaryFile("r") as counts:
        # Counters tell that a server was ended.
        quiet = {"stderr": subprocess.DEVNULL} if case.load else {}
        with pair(case, program, count, [*words, counts.name], **quiet) as (child, marker):
            for mark in ("ready", "done"):
                wait_for(marker, mark)
                go_on(marker)
            if marker is not child:
                marker.wait()
                end_child_of(child.pid)
            child.wait()
        counted = counts.read()
    found = re.finditer(line, counted, re.MULTILINE)
    calls = {match["name"]: int(match["calls"]) for match in found if match["name"] != "total"}
    if "" in calls:
        # perf's count of them all.
        calls["others"] = calls.pop("") - sum(calls.values())
    return calls


def in_turn(case, programs, repetitions, count=None):
    """Runs the programs one after the other, again and again: the speed of a machine drifts, and so
    all drift alike. Returns the runs of each."""
    runs = {program: [] for program in programs}
    for _ in range(repetitions):
        for program in programs:
            runs[program].append(once(case, program, count or case.count))
    return runs


def summary(runs):
    """The median of each quantity, with the least and the greatest."""
    return {
        quantity: {"median": median(values), "least": min(values), "most": max(values)}
        for quantity in runs[0]
        for values in [[run[quantity] for run in runs]]
    }


def ratios(runs, base, quantity):
    """The ratio of two programs, taken within each round."""
    values = [own[quantity] / other[quantity] for own, other in zip(runs, base)]
    return {"median": median(values), "least": min(values), "most": max(values)}
