"""Competitors in turn, round after round, so that a machine whose speed drifts does so for all."""

from __future__ import annotations

from statistics import median

from benchmarks.process import Competitor

Rounds = dict[str, list[float]]  # by competitor, the value of each round


def in_turn(competitors: dict[str, Competitor], runs: int) -> dict[str, Rounds]:
    """Collect the measurements: the "seconds" of every round, and whatever else is reported."""
    rounds = [{name: each.run() for name, each in competitors.items()} for _ in range(runs)]
    return {
        measure: {
            name: [each[name][measure] for each in rounds]
            for name in competitors
            if measure in rounds[0][name]
        }
        for measure in {each for found in rounds[0].values() for each in found}
    }


def ratios(seconds: Rounds, ours: str, targets: dict[str, float | None]) -> dict[str, object]:
    """How many times as fast as each peer, the median over rounds, beside what we mean to be, if
    anything."""
    found: dict[str, object] = {}
    for name, target in targets.items():
        by_round = [t / o for t, o in zip(seconds[name], seconds[ours], strict=True)]
        found[f"{ours} against {name}"] = {
            "ratio": round(median(by_round), 2),
            "rounds": [round(ratio, 2) for ratio in by_round],
            "target": target,
            "reached": target is None or median(by_round) >= target,
        }
    return found
