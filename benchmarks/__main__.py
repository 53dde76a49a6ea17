"""Run benchmarks side by side and report the ratios.

    python -m benchmarks                     all of them (about half an hour on two cores)
    python -m benchmarks reference scale     some: workloads, reference, vowels, scale, pools,
                                             paths, import, click
    python -m benchmarks start               a cold start of the server, to the first result
    python -m benchmarks reloads             50 reloads and 50 clicks around the end of a run
    python -m benchmarks hostile             files that are made to hurt, on the real server
    python -m benchmarks soak                kills, crowds, hostile files and much history (not
                                             among "all"); of them alone: fuzz, the hostile files,
                                             and crowd, 50 visitors and a class of 50
    python -m benchmarks starvation          how long a newcomer waits behind others
    python -m benchmarks settings --json docs/vowels.json
                                             the vowels' settings, by cross-validation
    python -m benchmarks --runs 9 --json results.json

Competitors run in turn, each in a process of its own. Needs requirements-benchmarks.txt.
"""

from __future__ import annotations

import argparse
import json
import sys
from datetime import date
from pathlib import Path
from statistics import median

from benchmarks import (
    choices,
    click,
    hostile,
    imports,
    machine,
    reloads,
    settings,
    soak,
    start,
    starvation,
    vowels,
)
from benchmarks.process import Competitor
from benchmarks.rounds import in_turn, ratios
from benchmarks.scale import ENDLESS, NAMES, SHORT, lengths_for
from benchmarks.soak.classroom import classroom
from benchmarks.soak.crowd import crowd
from benchmarks.soak.fuzz import fuzz
from benchmarks.workloads import FEATURES, WORKLOADS, Workload, lengths_of

Report = dict[str, object]


def workload(each: Workload, runs: int) -> Report:
    names = ["ours", *each.targets]
    competitors = {name: Competitor(name, each.name) for name in names}
    seconds = in_turn(competitors, runs)["seconds"]
    memory = {name: competitor.end() for name, competitor in competitors.items()}
    steps = int(lengths_of(each.lengths).sum())
    found = ratios(seconds, "ours", each.targets)
    rate = {name: round(steps / median(times)) for name, times in seconds.items()}
    flops = machine.useful_flops(each.units, FEATURES)
    share = rate["ours"] * flops / machine.flops()
    found["share of the machine's matrix products"] = {
        "share": round(share, 3),
        "target": each.limit,
        "reached": each.limit is None or share >= each.limit,
    }
    return found | {
        "real steps a second": rate,
        "peak memory, MB": {name: size >> 20 for name, size in memory.items()},
    }


def workloads(runs: int) -> Report:
    return {each.name: workload(each, runs) for each in WORKLOADS}


def reference(runs: int) -> Report:
    names = ("keras", "ours, cold graph", "ours, warm")
    competitors = {name: Competitor("reference", name) for name in names}
    seconds = in_turn(competitors, runs)["seconds"]
    for competitor in competitors.values():
        competitor.end()
    return {
        **ratios(seconds, "ours, cold graph", {"keras": 6}),
        **ratios(seconds, "ours, warm", {"keras": 10}),
        "seconds": {name: round(median(times), 3) for name, times in seconds.items()},
    }


def scale(runs: int) -> Report:
    competitors = {name: Competitor("scale", name) for name in NAMES}
    keras = Competitor("scale", "keras, one batch")
    seconds = in_turn(competitors, runs)["seconds"]
    batch = keras.run()["seconds"]
    memory = {name: each.end() for name, each in competitors.items()}
    keras.end()
    time = {name: median(times) for name, times in seconds.items()}
    steps = {name: int(lengths_for(name).sum()) for name in NAMES}
    longer = [w / wo for w, wo in zip(seconds[NAMES[1]], seconds[NAMES[0]], strict=True)]
    more = memory[NAMES[1]] / memory[NAMES[0]]
    grown = {name: round(time[name] / steps[name] * 1e6, 2) for name in NAMES[2:]}
    return {
        f"one sequence of {ENDLESS:,} steps beside {SHORT:,} short ones": {
            "time": round(median(longer), 2),
            "time at most": 1.5,
            "memory": round(more, 2),
            "memory at most": 1.3,
            "reached": median(longer) <= 1.5 and more <= 1.3,
            "keras, seconds a batch": round(batch, 1),
            "keras, hours an epoch (a batch × batches)": round(batch * SHORT / 64 / 3600, 1),
        },
        "growth, microseconds a real step": grown,
        "growth, peak memory in MB": {name: memory[name] >> 20 for name in NAMES[2:]},
    }


BENCHMARKS = {
    "workloads": workloads,
    "reference": reference,
    "vowels": vowels.run,
    "scale": scale,
    "pools": choices.pools,
    "paths": choices.paths,
    "import": imports.run,
    "click": click.run,
}
LONG = {  # only when asked for by name
    "start": start.run,
    "reloads": reloads.run,
    "hostile": hostile.run,
    "soak": soak.run,
    "starvation": starvation.run,
    "fuzz": lambda runs: fuzz(100),
    "crowd": lambda runs: {"visitors": crowd(50, rounds=1), "a class": classroom(50)},
    "settings": lambda runs: settings.run(),
}


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("names", nargs="*", choices=[*BENCHMARKS, *LONG, []], metavar="name")
    parser.add_argument("--runs", type=int, default=5, help="rounds, at least 5")
    parser.add_argument("--json", type=Path, default=Path("benchmarks.json"))
    asked = parser.parse_args()
    report: Report = {
        "date": date.today().isoformat(),
        "machine": machine.description(),
        "runs": max(asked.runs, 5),
    }
    print(json.dumps(report, indent=1), flush=True)
    for name in asked.names or BENCHMARKS:
        report[name] = (BENCHMARKS | LONG)[name](max(asked.runs, 5))
        print(json.dumps({name: report[name]}, indent=1), flush=True)
        asked.json.write_text(json.dumps(report, indent=1), encoding="utf-8")
    missed = [path for path, value in _walk(report) if path.endswith("reached") and not value]
    print(*(f"not reached: {path}" for path in missed), sep="\n", file=sys.stderr)
    return bool(missed)


def _walk(report: Report, path: str = ""):
    for name, value in report.items():
        if isinstance(value, dict):
            yield from _walk(value, f"{path}{name} / ")
        else:
            yield f"{path}{name}", value


if __name__ == "__main__":
    sys.exit(main())
