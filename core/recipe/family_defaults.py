"""Settings that a family starts with, whatever the data."""

from __future__ import annotations

from collections.abc import Mapping

from ..layers.inception.declaration import Inception
from ..layers.lstm.declaration import LSTM

INCEPTION_BLOCKS = (Inception(),) * 3
# What a recipe gets that is adapted to a family which its layers do not fit. Validation accuracy on
# a third of the training part, batch size 16: three Inception blocks with a cosine schedule reach
# 0.98 on GesturePebbleZ1 (120 epochs) and 0.59 on GestureMidAirD1 (60 epochs), two blocks 0.96 and
# 0.51. With a constant rate, two blocks reach 0.51 on GesturePebbleZ1 (60 epochs): the moving
# statistics catch up only with weights that come to rest.
FAMILY_DEFAULTS: Mapping[str, dict[str, object]] = {
    "recurrent": {"layers": (LSTM(64),), "pooling": "last", "schedule": "constant"},
    "convolution": {"layers": INCEPTION_BLOCKS, "pooling": "mean", "schedule": "cosine"},
    "random_convolution": {},  # has no layers
}
