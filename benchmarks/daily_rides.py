"""Generator of ``samples/daily_rides.csv``: zeros that are data, in sequences of unequal length.

    python -m benchmarks.daily_rides         writes the file again, byte for byte

A person is observed for 3 to 100 days, most of them for few. A day has a ride with the person's own
probability, and then 1 + Poisson(0.7) rides. The target is the share of days with a ride. A day
without a ride is 0, and so is padding: without the length, nobody can tell them apart.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

FILE = Path(__file__).parent.parent / "samples" / "daily_rides.csv"
PERSONS, SHORTEST, LONGEST = 240, 3, 100
TEST_EVERY = 3  # every third person is in the test set


def generate(seed: int = 0) -> str:
    """Return the content of the file."""
    rng = np.random.default_rng(seed)
    lines = ["id,rides,share,split"]
    for person in range(PERSONS):
        days = round(float(np.exp(rng.uniform(np.log(SHORTEST), np.log(LONGEST)))))
        probability = rng.uniform(0.1, 0.9)
        rides = (rng.random(days) < probability) * (1 + rng.poisson(0.7, days))
        if not rides.any():  # a value mask would erase every day
            rides[rng.integers(days)] = 1
        part = "test" if person % TEST_EVERY == TEST_EVERY - 1 else "train"
        lines.append(f'p{person + 1:03d},"{rides.tolist()}",{(rides > 0).mean():.3f},{part}')
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    FILE.write_text(generate(), encoding="utf-8")
