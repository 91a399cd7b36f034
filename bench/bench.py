#!/usr/bin/env python3
"""Speed of the modules beside what the kernel allows and beside other libraries.

    bench.py run [CASE ...]     measures, prints, and keeps the results in bench/results.json
    bench.py check              a few short cases: fails where a ratio to the limit has become worse
    bench.py report             makes docs/benchmarks.md and its plots from bench/results.json
"""

import json
import os
import platform
import resource
import sys
from pathlib import Path

import programs
import report
from cases import CASES
from measure import Failed, counter, in_turn, ratios, summary, system_calls

RESULTS = Path(__file__).resolve().parent / "results.json"
CHECK_REPETITIONS = 5
# How much worse than in bench/results.json a ratio to the limit may be before `check` fails.
MARGIN = 0.15


def machine():
    with open("/proc/cpuinfo") as lines:
        models = [line.split(":")[1].strip() for line in lines if line.startswith("model name")]
    return {
        "processor": models[0] if models else platform.machine(),
        "cores": os.cpu_count(),
        "virtual": "hypervisor" in Path("/proc/cpuinfo").read_text(),
        "kernel": platform.release(),
        "system": platform.freedesktop_os_release().get("PRETTY_NAME", ""),
        "load": os.getloadavg()[0],
        **programs.versions(),
    }


def measured(case, absent, repetitions, count=None):
    """The runs of those programs of a case that can be run here."""
    present = [program for program in case.programs if program not in absent]
    runs = in_turn(case, present, repetitions, count)
    results = {}
    for program in present:
        results[program] = {"role": case.role(program), **summary(runs[program])}
        if case.limit in runs:
            results[program]["ratio"] = ratios(runs[program], runs[case.limit], case.quantity)
    peers = [program for program in present if case.role(program) == "peer"]
    if peers:
        # Least time is best, and the greatest rate.
        choose = max if case.quantity.endswith("rate") else min
        best = choose(peers, key=lambda peer: results[peer][case.quantity]["median"])
        for program in present:
            results[program]["ratio_to_best_peer"] = ratios(runs[program], runs[best], case.quantity)
        return results, best
    return results, None


def goal_met(goal, result, results, case):
    """Whether a program meets a goal; nothing where what it is compared with is not here."""
    of = case.limit if goal.of == "limit" else goal.of
    if of and of not in results:
        return None
    if goal.of == "limit" and goal.quantity == case.quantity:
        value = result["ratio"]["median"]
    else:
        value = result[goal.quantity]["median"] / (results[of][goal.quantity]["median"] if of else 1)
    return value <= goal.value if goal.comparison == "at most" else value >= goal.value


def run(names):
    cases = {case.name: case for case in CASES}
    unknown = [name for name in names if name not in cases]
    if unknown:
        sys.exit(f"no such case: {', '.join(unknown)}. There are {', '.join(cases)}")
    absent = programs.install()
    programs.build()
    kept = json.loads(RESULTS.read_text()) if RESULTS.exists() else {"cases": {}}
    counts_with = counter()
    kept["machine"] = {**machine(), "system_calls_counted_with": counts_with}
    for name in names or cases:
        case = cases[name]
        if case.descriptors > resource.getrlimit(resource.RLIMIT_NOFILE)[1]:
            print(f"passed over: {name}, which needs {case.descriptors} descriptors (ulimit -Hn)\n")
            continue
        try:
            results, best = measured(case, absent, int(os.environ.get("BENCH_REPETITIONS", case.repetitions)))
        except Failed as failure:
            print(f"passed over: {name}, for a program has failed: {failure}\n")
            continue
        for program, result in results.items():
            result["system_calls"] = system_calls(case, program, counts_with) if counts_with else {}
            if result["role"] == "ours":
                goals = [goal for goal in case.goals if program in (goal.programs or case.ours)]
                result["goals"] = [goal_met(goal, result, results, case) for goal in goals]
        kept["cases"][name] = {"best_peer": best, "programs": results}
        print(report.text_table(case, kept["cases"][name]), flush=True)
        # After each case, so that a run that is broken off keeps what it has.
        RESULTS.write_text(json.dumps(kept, indent=1) + "\n")


def check():
    """Ratios only, so that it holds on any machine that is like the one of the results."""
    kept = json.loads(RESULTS.read_text())["cases"]
    absent = programs.install()
    programs.build()
    worse = 0
    for case in CASES:
        if not case.check_count or case.limit in absent or case.name not in kept:
            continue
        ours = [program for program in case.ours if program in kept[case.name]["programs"]]
        runs = in_turn(case, [case.limit, *ours], CHECK_REPETITIONS, case.check_count)
        for program in ours:
            before = kept[case.name]["programs"][program]["ratio"]["median"]
            # The best round: what other programs do to a round can only make it worse.
            now = ratios(runs[program], runs[case.limit], case.quantity)
            now = now["most"] if case.quantity.endswith("rate") else now["least"]
            change = before / now - 1 if case.quantity.endswith("rate") else now / before - 1
            verdict = "ok" if change <= MARGIN else "WORSE"
            worse += verdict != "ok"
            print(f"{case.name:<14} {program:<18} {now:6.2f} of the limit, was {before:6.2f}  {verdict}")
    if worse:
        sys.exit(f"{worse} ratios are more than {MARGIN:.0%} worse than in bench/results.json")


def main():
    match sys.argv[1:]:
        case ["run", *names]:
            run(names)
        case ["check"]:
            check()
        case ["report"]:
            if "gnuplot" in programs.install():
                sys.exit("there are no plots without gnuplot")
            report.write(json.loads(RESULTS.read_text()))
        case _:
            sys.exit(__doc__)


if __name__ == "__main__":
    try:
        main()
    except Failed as failure:
        sys.exit(f"a program has failed: {failure}")
