"""Run interleaved benchmarks and report the ratios.

    python -m benchmarks                     all of them (about half an hour on two cores)
    python -m benchmarks reference scale     a selection of: workloads, reference, vowels, scale,
                                             convolutions, pools, paths, loops, patches, imports,
                                             click
    python -m benchmarks start               from a cold start of the server to the first result
    python -m benchmarks reloads             50 reloads and 50 clicks around the end of a run
    python -m benchmarks states --reloads 50
                                             50 reloads of every page, during a training, a
                                             comparison and a prediction
    python -m benchmarks journeys            from a file to an exported model, in few clicks, with
                                             pictures in journeys/; --data DIR for real engines
    python -m benchmarks reruns              reruns of every page with 100,000 sequences
    python -m benchmarks exports             exported models against the app: 15 kinds × 24 tables
    python -m benchmarks checks              false alarms of the padding check, on 200 models that
                                             do not leak, with random recipes
    python -m benchmarks hostile             hostile files, uploaded to the real server
    python -m benchmarks soak                killed processes, many visitors, hostile files and a
                                             long history; parts of it: fuzz (hostile files) and
                                             crowd (50 visitors, and a class of 50)
    python -m benchmarks starvation          waiting time of a new visitor behind others
    python -m benchmarks settings --json docs/vowels.json
                                             settings for the Japanese vowels, chosen by
                                             cross-validation
    python -m benchmarks masking --json docs/masking.json
                                             when masking pays: the mask modes on the samples
    python -m benchmarks architectures       memory of a worker after 60 different networks
    python -m benchmarks ensembles --json docs/ensembles.json
                                             ensembles and their members, on the Japanese vowels
    python -m benchmarks estimates           trainings of twelve recipes against their estimated
                                             time. Writes docs/estimates.json
    python -m benchmarks archives --data DIR
                                             accuracy on UCR-style folders, cross-validated within
                                             training sets; with --final on test sets. Writes
                                             docs/archives.md
    python -m benchmarks coverage            coverage of confidence intervals, simulated. Writes
                                             docs/coverage.md
    python -m benchmarks --runs 9 --json results.json

The benchmarks from "start" on are not included in "all of them". Competitors are interleaved, each
in a separate process. Needs requirements-benchmarks.txt.
"""

from __future__ import annotations

import argparse
import json
import sys
from datetime import date
from pathlib import Path
from statistics import median

from benchmarks import (
    architectures,
    checks,
    choices,
    click,
    cold_start,
    convolutions,
    ensembles,
    estimates,
    exports,
    hostile,
    imports,
    journeys,
    machine,
    masking,
    reloads,
    reruns,
    settings,
    soak,
    starvation,
    vowels,
)
from benchmarks.archives import run as archives
from benchmarks.coverage import run as coverage
from benchmarks.process import Competitor
from benchmarks.rounds import compute_ratios, run_interleaved
from benchmarks.scale import LONG_STEPS, NAMES, SHORT, draw_scale_lengths
from benchmarks.soak.classroom import classroom
from benchmarks.soak.crowd import crowd
from benchmarks.soak.fuzz import fuzz
from benchmarks.states import run as states
from benchmarks.workloads import (
    FEATURES,
    WORKLOADS,
    Workload,
    count_useful_flops,
    draw_lengths,
)

Report = dict[str, object]


def run_workload(workload: Workload, runs: int) -> Report:
    """Compare the speed and memory of one workload with those of its peers."""
    names = ["ours", *workload.targets]
    competitors = {name: Competitor(name, workload.name) for name in names}
    seconds = run_interleaved(competitors, runs)["seconds"]
    memory = {name: competitor.end() for name, competitor in competitors.items()}
    steps = int(draw_lengths(workload.lengths).sum())
    report = compute_ratios(seconds, "ours", workload.targets)
    rate = {name: round(steps / median(times)) for name, times in seconds.items()}
    flops = count_useful_flops(workload.kind, workload.units, FEATURES)
    share = rate["ours"] * flops / machine.measure_flops()
    report["share of the machine's matrix products"] = {
        "share": round(share, 3),
        "target": workload.limit,
        "reached": workload.limit is None or share >= workload.limit,
    }
    return report | {
        "real steps a second": rate,
        "peak memory, MB": {name: size >> 20 for name, size in memory.items()},
    }


def run_workloads(runs: int) -> Report:
    """Run all workloads."""
    return {workload.name: run_workload(workload, runs) for workload in WORKLOADS}


def run_reference(runs: int) -> Report:
    """Compare the three-sequence example with Keras, with a cold graph and with a warm worker."""
    names = ("keras", "ours, cold graph", "ours, warm")
    competitors = {name: Competitor("reference", name) for name in names}
    seconds = run_interleaved(competitors, runs)["seconds"]
    for competitor in competitors.values():
        competitor.end()
    return {
        **compute_ratios(seconds, "ours, cold graph", {"keras": 6}),
        **compute_ratios(seconds, "ours, warm", {"keras": 10}),
        "seconds": {name: round(median(times), 3) for name, times in seconds.items()},
    }


def run_scale(runs: int) -> Report:
    """Measure how time and memory grow with the longest sequence and the number of sequences."""
    competitors = {name: Competitor("scale", name) for name in NAMES}
    keras = Competitor("scale", "keras, one batch")
    seconds = run_interleaved(competitors, runs)["seconds"]
    batch_seconds = keras.run()["seconds"]
    memory = {name: competitor.end() for name, competitor in competitors.items()}
    keras.end()
    medians = {name: median(times) for name, times in seconds.items()}
    steps = {name: int(draw_scale_lengths(name).sum()) for name in NAMES}
    time_ratio = median(
        long / short for long, short in zip(seconds[NAMES[1]], seconds[NAMES[0]], strict=True)
    )
    memory_ratio = memory[NAMES[1]] / memory[NAMES[0]]
    growth = {name: round(medians[name] / steps[name] * 1e6, 2) for name in NAMES[2:]}
    return {
        f"one sequence of {LONG_STEPS:,} steps beside {SHORT:,} short ones": {
            "time": round(time_ratio, 2),
            "time at most": 1.5,
            "memory": round(memory_ratio, 2),
            "memory at most": 1.3,
            "reached": time_ratio <= 1.5 and memory_ratio <= 1.3,
            "keras, seconds a batch": round(batch_seconds, 1),
            "keras, hours an epoch (a batch × batches)": round(
                batch_seconds * SHORT / 64 / 3600, 1
            ),
        },
        "growth, microseconds a real step": growth,
        "growth, peak memory in MB": {name: memory[name] >> 20 for name in NAMES[2:]},
    }


BENCHMARKS = {
    "workloads": run_workloads,
    "reference": run_reference,
    "vowels": vowels.run,
    "scale": run_scale,
    "convolutions": convolutions.run,
    "pools": choices.run_pools,
    "paths": choices.run_paths,
    "loops": choices.run_loops,
    "patches": choices.run_patches,
    "imports": imports.run,
    "click": click.run,
}
SEPARATE = {  # run only if named
    "start": cold_start.run,
    "reloads": reloads.run,
    "reruns": reruns.run,
    "exports": lambda runs: exports.run(),
    "checks": lambda runs: checks.run(),
    "hostile": hostile.run,
    "soak": soak.run,
    "starvation": starvation.run,
    "fuzz": lambda runs: fuzz(100),
    "crowd": lambda runs: {"visitors": crowd(50, rounds=1), "a class": classroom(50)},
    "settings": lambda runs: settings.run(),
    "masking": lambda runs: masking.run(runs),
    "architectures": architectures.run,
    "ensembles": lambda runs: ensembles.run(),
    "coverage": lambda runs: coverage.run(),
    "estimates": lambda runs: estimates.run(),
}


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "names",
        nargs="*",
        choices=[*BENCHMARKS, *SEPARATE, "archives", "journeys", "states", []],
        metavar="name",
    )
    parser.add_argument("--runs", type=int, default=5, help="rounds, at least 5")
    parser.add_argument("--json", type=Path, default=Path("benchmarks.json"))
    parser.add_argument("--reloads", type=int, default=50, help="per page, for states")
    parser.add_argument("--data", type=Path, help="folder of data sets, for archives and journeys")
    parser.add_argument("--final", action="store_true", help="read test targets, for archives")
    parser.add_argument("--only", nargs="*", default=[], help="candidates, for archives")
    arguments = parser.parse_args()
    SEPARATE["states"] = lambda runs: states.run(arguments.reloads)
    SEPARATE["journeys"] = lambda runs: journeys.run(arguments.data, Path("journeys"))
    if "archives" in arguments.names:
        if arguments.data is None:
            parser.error("archives needs --data DIR")
        SEPARATE["archives"] = lambda runs: archives.run(
            arguments.data, arguments.final, arguments.only
        )
    report: Report = {
        "date": date.today().isoformat(),
        "machine": machine.describe_machine(),
        "runs": max(arguments.runs, 5),
    }
    print(json.dumps(report, indent=1), flush=True)
    for name in arguments.names or BENCHMARKS:
        report[name] = (BENCHMARKS | SEPARATE)[name](max(arguments.runs, 5))
        print(json.dumps({name: report[name]}, indent=1), flush=True)
        arguments.json.write_text(json.dumps(report, indent=1), encoding="utf-8")
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
