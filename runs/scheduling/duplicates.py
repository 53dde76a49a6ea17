"""Find waiting runs that need no worker, because an identical run is trained."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from runs.store import DuplicateKey, RunningRun, WaitingRun


def match_duplicates(
    waiting: Sequence[WaitingRun], running: Sequence[RunningRun], keys: Mapping[str, DuplicateKey]
) -> dict[str, str]:
    """Match waiting runs with the identical run whose result they wait for.

    Among identical runs that is the one that runs, else one that has been started, else the
    oldest. A run that has been started resumes by itself, as does a run that must be trained alone.

    Args:
        waiting: Waiting runs, in the order of creation.
        running: Runs that hold a worker.
        keys: Duplicate keys of active runs, by run id.

    Returns:
        Ids of the runs they wait for, by the ids of the waiting runs.
    """
    primaries = {keys[run.id].key: run.id for run in running if run.id in keys}
    duplicate_of = {}
    for run in sorted(waiting, key=_is_started, reverse=True):  # sorted() is stable
        key = keys.get(run.id)
        if key is None:
            continue
        primary = primaries.setdefault(key.key, run.id)
        if primary != run.id and not key.alone and not _is_started(run):
            duplicate_of[run.id] = primary
    return duplicate_of


def _is_started(run: WaitingRun) -> bool:
    return run.interrupted or run.paused
