"""Requests to the model of a run, sent once for the same sequences."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from core import Sequences
from runs import Request, Runs, RunSummary
from ui.session.services import Services
from ui.session.state import Result, SentRequest, State

Data = TypeVar("Data", bound=Sequences | None)


def send_request(
    sent: SentRequest[Result],
    state: State,
    services: Services,
    send: Callable[[Runs, RunSummary, Data, str], Request[Result]],
    run: RunSummary,
    data: Data,
) -> Request[Result]:
    """Send a request to a run's model, unless the last one at the same place was the same.

    Another last request is cancelled.

    Args:
        sent: The last request, which the new one replaces.
        state: The visitor's state.
        services: The server.
        send: Method of ``Runs`` that sends the request, such as ``Runs.predict``.
        run: Run whose model executes the request.
        data: Sequences of the request; None for those the run was evaluated on.
    """

    def send_new() -> Request[Result]:
        if sent.last is not None:
            services.runs.cancel(sent.last[1])
        return send(services.runs, run, data, state.owner.id)

    return sent.get((run.id, data), send_new)
