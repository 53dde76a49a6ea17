"""When masking pays: the mask modes compared on the samples, with the suggested recipe."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from benchmarks.daily_rides import FILE as DAILY_RIDES
from core import Recipe, compare, read_sequences
from core.data.padding import MASK_MODES, erased_steps

SAMPLES = (DAILY_RIDES, DAILY_RIDES.with_name("japanese_vowels.csv"))
SEEDS = 5


def run(seeds: int = SEEDS) -> dict[str, object]:
    """Compare masking by lengths with the other modes on each sample.

    The recipe is the one that the app suggests for the data; nothing is chosen on test rows. A mask
    by value is compared where it erases steps.
    """
    return {path.stem: _compare_modes(path, seeds) for path in SAMPLES}


def _compare_modes(path: Path, seeds: int) -> dict[str, object]:
    data = read_sequences(path)
    recipe = Recipe.suggest(data)
    has_erased = erased_steps(data, recipe.mask_value).any()
    modes = [mode for mode in MASK_MODES if mode != "value" or has_erased]
    result = compare(data, {mode: replace(recipe, mask=mode) for mode in modes}, range(seeds))
    return {
        "recipe": repr(recipe),
        "part": result.part,
        "metric": result.main,
        "seeds": seeds,
        "modes": {
            entry.name: {
                "mean": round(float(entry.figures[result.main].mean()), 4),
                "sd": round(float(entry.figures[result.main].std(ddof=1)), 4),
                "difference": None if (each := entry.difference) is None else round(each.value, 4),
                "95 % interval": None
                if each is None or each.limits is None
                else [round(limit, 4) for limit in each.limits],
            }
            for entry in result.entries
        },
    }
