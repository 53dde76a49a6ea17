"""The report of the measurements, docs/archives.md."""

from __future__ import annotations

from collections.abc import Iterator
from statistics import mean, stdev

from benchmarks.archives.measure import ENSEMBLE, FOLD_SEEDS, FOLDS, MEMBERS, TEST_SEEDS
from benchmarks.archives.published import METHODS, SOURCES, read_published
from core.recipe.recipe import FAMILIES

Figures = dict[str, list[float]]
Entry = dict[str, dict]  # per family: recipe, figures, baselines; "suggested": a family
INTRODUCTION = f"""# Accuracy on published data sets

Written by `python -m benchmarks archives --data DIR`. Each family has its suggested settings; the
family that `Recipe.suggest` chooses is bold. The ensemble is the mean of {MEMBERS} seeds of it.

## Cross-validation within the training sets

The evidence for the rules of the suggestion: {FOLDS} folds, {len(FOLD_SEEDS)} seeds, no test rows.
Mean ± standard error over the folds; accuracy, or RMSE at the last cycle. Seconds per training on
two cores.
"""
FINAL = f"""
## Test sets

Mean ± standard deviation of {len(TEST_SEEDS)} seeds; published figures have one to five. In a test
set of 50 sequences one error is .02.
"""
BASELINES = ("linear", "trees")


def render_report(record: dict) -> str:
    """Render the report of all measurements recorded."""
    lines = [INTRODUCTION, *_render_table(record.get("cross-validation", {}), is_final=False)]
    if "test" in record:
        lines += [FINAL, *_render_table(record["test"], is_final=True), "", *_render_sources()]
        lines += ["", "Openings of the test sets; the table shows the last figures:", ""]
        lines += [f"- {each['date']}, commit {each['commit']}" for each in record["openings"]]
    return "\n".join(lines) + "\n"


def _render_table(entries: dict[str, Entry], is_final: bool) -> Iterator[str]:
    methods = METHODS if is_final else ()
    columns = [*FAMILIES.values(), ENSEMBLE, *BASELINES, *methods]
    yield "| data set | " + " | ".join(columns) + " | suggested | seconds |"
    yield "|---" * (len(columns) + 3) + "|"
    published = read_published()
    for name, entry in entries.items():
        suggested = entry[entry["suggested"]]
        cells = []
        for family in (*FAMILIES, ENSEMBLE):
            text = _describe(entry[family]["figures"], is_final) if family in entry else ""
            cells.append(f"**{text}**" if family == entry["suggested"] else text)
        cells += [
            _describe_values(suggested["baselines"].get(each, []), is_final) for each in BASELINES
        ]
        cells += [_format(published.get(name, {}).get(each)) for each in methods]
        seconds = mean(suggested["figures"]["seconds"])
        yield f"| {name} | " + " | ".join([*cells, suggested["recipe"], f"{seconds:.0f}"]) + " |"


def _describe(figures: Figures, is_final: bool) -> str:
    main = "accuracy" if "accuracy" in figures else "rmse"
    text = _describe_values(figures[main], is_final)
    uncapped = figures.get("rmse, uncapped")
    return f"{text} (uncapped {mean(uncapped):.1f})" if uncapped else text


def _describe_values(values: list[float], is_final: bool) -> str:
    if not values:
        return ""
    if len(values) == 1:
        return _format(values[0])
    spread = stdev(values) / (1 if is_final else len(values) ** 0.5)
    return f"{_format(mean(values))} ± {_format(spread)}"


def _format(value: float | None) -> str:
    if value is None:
        return ""
    return f"{value:.2f}" if value > 1 else f"{value:.3f}".removeprefix("0")


def _render_sources() -> Iterator[str]:
    yield "Sources of the published figures:"
    yield ""
    yield from (f"- {source}" for source in SOURCES.values())
