"""Interleaved measurements: in each round every competitor runs once.

A drift of the machine's speed therefore affects all competitors equally.
"""

from __future__ import annotations

from statistics import median

from benchmarks.process import Competitor

Rounds = dict[str, list[float]]  # per competitor, the value of each round


def run_interleaved(competitors: dict[str, Competitor], runs: int) -> dict[str, Rounds]:
    """Run the competitors in rounds.

    Args:
        competitors: Competitors by name.
        runs: Number of rounds.

    Returns:
        For each measure ("seconds" and the others that competitors report), its rounds.
    """
    rounds = [{name: each.run() for name, each in competitors.items()} for _ in range(runs)]
    return {
        measure: {
            name: [each[name][measure] for each in rounds]
            for name in competitors
            if measure in rounds[0][name]
        }
        for measure in {name for result in rounds[0].values() for name in result}
    }


def compute_ratios(
    seconds: Rounds, ours: str, targets: dict[str, float | None]
) -> dict[str, object]:
    """Compute how many times as fast as each peer we are.

    Args:
        seconds: Rounds of the competitors.
        ours: Our name among them.
        targets: Per peer, the ratio that we aim for, or None.

    Returns:
        Per peer, the median ratio, the ratio of each round and the target.
    """
    report: dict[str, object] = {}
    for name, target in targets.items():
        by_round = [peer / own for peer, own in zip(seconds[name], seconds[ours], strict=True)]
        report[f"{ours} against {name}"] = {
            "ratio": round(median(by_round), 2),
            "rounds": [round(ratio, 2) for ratio in by_round],
            "target": target,
            "reached": target is None or median(by_round) >= target,
        }
    return report
