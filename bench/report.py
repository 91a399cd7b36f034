"""Words and plots of results."""

import re
import subprocess
from pathlib import Path

from cases import CASES

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "benchmarks.md"
PLOTS = ROOT / "docs" / "benchmarks"
# What programs are called where their file names do not say it.
NAMES = {
    "bare": "bare C binding",
    "luasocket": "LuaSocket",
    "luv_coroutines": "luv, coroutines",
    "moonwire_many": "moonwire, in batches",
    "c/udp_receive_many": "C, in batches",
    "minisock_forever": "minisock, no time-out",
    "ssocket_timeout": "ssocket, with a time-out",
    "all": "all five",
}
WORDS = {"cpu": "CPU time", "wall": "time", "rate": "rate", "cpu_rate": "rate by CPU time", "memory": "memory"}
COLOURS = {"limit": "#9aa0a6", "reference": "#c3c7cb", "peer": "#e0a458", "ours": "#3b6ea5"}


def name_of(program):
    return NAMES.get(program, "C" if program.startswith("c/") else program)


def seconds(value):
    for unit, size in (("s", 1), ("ms", 1e-3), ("µs", 1e-6)):
        if value >= size:
            return f"{value / size:.3g} {unit}"
    return f"{value * 1e9:.3g} ns"


def rate(value):
    for unit, size in (("G", 1e9), ("M", 1e6), ("k", 1e3)):
        if value >= size:
            return f"{value / size:.3g} {unit}/s"
    return f"{value:.3g}/s"


def size(value):
    for unit, each in (("MiB", 1 << 20), ("KiB", 1 << 10)):
        if value >= each:
            return f"{value / each:.3g} {unit}"
    return f"{value:.0f} bytes"


def spread(values):
    """How far the runs lie apart, of the median."""
    return f"±{(values['most'] - values['least']) / 2 / values['median']:.0%}" if values["median"] else ""


def calls(counts):
    return ", ".join(f"{count:.3g} {name}" for name, count in counts.items()) or "–"


def verdict(goals):
    if not goals or None in goals:
        return ""
    return "yes" if all(goals) else "no"


def columns(case, result):
    """The cells of a program's row."""
    ratio = result.get("ratio")
    peer = result.get("ratio_to_best_peer")
    cells = {
        "wall": f"{seconds(result['wall']['median'])} {spread(result['wall'])}",
        "CPU": f"{seconds(result['cpu']['median'])} {spread(result['cpu'])}",
        "a second": rate(result["rate"]["median"]),
        "a CPU second": rate(result["cpu_rate"]["median"]),
        "of the limit": f"{ratio['median']:.2f} ({ratio['least']:.2f}–{ratio['most']:.2f})" if ratio else "–",
        "of the best peer": f"{peer['median']:.2f}" if peer else "–",
        "system calls": calls(result["system_calls"]),
        "goal met": verdict(result.get("goals")),
    }
    if case.is_about_memory:
        cells = {"memory": f"{size(result['memory']['median'])} {spread(result['memory'])}", **cells}
    if case.count == 1:
        del cells["system calls"], cells["a second"], cells["a CPU second"]
    if not case.limit:
        del cells["of the limit"]
    if not case.goals:
        del cells["goal met"]
    return cells


def goal_words(case):
    def quantity(goal):
        if goal.of:
            of = "the limit's" if goal.of == "limit" else f"{name_of(goal.of)}'s"
            return f"{goal.value:g} of {of} {WORDS[goal.quantity]}"
        if goal.quantity.endswith("rate"):
            return rate(goal.value) + (" of CPU time" if goal.quantity == "cpu_rate" else "")
        if goal.quantity == "memory":
            return size(goal.value)
        return f"{seconds(goal.value)} of {WORDS[goal.quantity]}"

    return "; ".join(f"{goal.comparison} {quantity(goal)}" for goal in case.goals)


def table_rows(case, results):
    rows = [(name_of(program), columns(case, result)) for program, result in results["programs"].items()]
    head = ["", *rows[0][1]]
    return head, [[name, *cells.values()] for name, cells in rows]


def text_table(case, results):
    head, rows = table_rows(case, results)
    widths = [max(len(row[index]) for row in [head, *rows]) for index in range(len(head))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip() for row in [head, *rows]]
    return "\n".join([f"{case.name}: {case.title}, for each {case.unit}", *lines, f"goal: {goal_words(case)}", ""])


def markdown(case, results):
    head, rows = table_rows(case, results)
    lines = [f"### {case.title}", "", f"`make bench CASE={case.name}`; figures for each {case.unit}."]
    if case.goals:
        lines[-1] += f" Goal: {goal_words(case)}."
    lines += ["", f"![{case.title}](benchmarks/{case.name}.svg)", ""]
    lines += ["| " + " | ".join(row) + " |" for row in [head, ["---"] * len(head), *rows]]
    return "\n".join(lines) + "\n"


def plot(case, results):
    """One bar a program: the quantity that counts, from the least to the greatest as a line."""
    quantity = case.quantity
    scale, unit = {
        "cpu": (1e6, "µs of CPU time"),
        "wall": (1e3, "ms"),
        "memory": (1 / 1024, "KiB"),
        "rate": (1e-3, "thousands a second"),
        "cpu_rate": (1e-3, "thousands a second of CPU time"),
    }[quantity]
    if quantity == "cpu" and results["programs"][next(iter(results["programs"]))]["cpu"]["median"] < 1e-6:
        scale, unit = 1e9, "ns of CPU time"
    rows = list(results["programs"].items())
    data = []
    for index, (program, result) in enumerate(reversed(rows)):
        values = [result[quantity][key] * scale for key in ("median", "least", "most")]
        colour = int(COLOURS[result["role"]].removeprefix("#"), 16)
        data.append([index, *values, colour, name_of(program)])
    lines = "\n".join(f'{index} {median} {least} {most} {colour} "{name}"' for index, median, least, most, colour, name in data)
    names = ", ".join(f'"{row[5]}" {row[0]}' for row in data)
    script = f"""
set terminal svg size 720,{70 + 26 * len(rows)} font "sans-serif,13" background "white"
set output "{PLOTS / (case.name + '.svg')}"
$data << END
{lines}
END
set border 1
set xtics nomirror
set ytics ({names}) nomirror scale 0
set grid xtics lt 1 lc rgb "#e4e6e8"
set xlabel "{unit}, for each {case.unit}"
set xrange [0:*]
set yrange [-0.6:{len(rows) - 0.4}]
unset key
plot $data using 2:1:(0):2:($1-0.35):($1+0.35):5 with boxxyerror fill solid lc rgb variable, \\
    $data using 2:1:3:4 with xerrorbars pt 0 lc rgb "#202124"
"""
    if quantity.endswith("rate"):
        script = script.replace(f", for each {case.unit}", "")
    subprocess.run(["gnuplot"], input=script, text=True, check=True)


def machine_words(machine):
    virtual = "virtual machine" if machine["virtual"] else "machine"
    return (
        f"Measured on a {virtual} with {machine['cores']} cores ({machine['processor']}), Linux {machine['kernel']}, "
        f"{machine['system']}; {machine['lua']}, {machine['cc']}; lua-socket {machine['lua-socket']}, "
        f"lua-cqueues {machine['lua-cqueues']}, lua-luv {machine['lua-luv']}; Moonwire at {machine['moonwire']}; "
        f"load {machine['load']:.1f} at the start.\n"
    )


def write(kept):
    """Puts the tables between the marks in docs/benchmarks.md, and makes the plots."""
    PLOTS.mkdir(exist_ok=True)
    parts = [machine_words(kept["machine"])]
    for case in CASES:
        results = kept["cases"].get(case.name)
        if results:
            plot(case, results)
            parts.append(markdown(case, results))
    page = PAGE.read_text()
    results = "<!-- results -->\n\n" + "\n".join(parts) + "\n<!-- end of results -->"
    page = re.sub(r"<!-- results -->.*<!-- end of results -->", lambda _: results, page, flags=re.DOTALL)
    PAGE.write_text(page)
