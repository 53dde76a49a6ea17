"""Features of random convolutions in plain NumPy, one unpadded sequence at a time."""

import keras
import numpy as np


def compute_features(network: keras.Model, x: np.ndarray) -> np.ndarray:
    """Compute the features of one sequence (steps, inputs) as the network should."""
    x = x.astype(np.float64)
    per_sequence = (x - x.mean(axis=0)) / (x.std(axis=0) + 1e-6)
    views = []
    scales = network.get_layer("scales").get_weights()[0][0].astype(np.float64)
    for series in (round_to_grid(x * scales), round_to_grid(per_sequence)):
        views += [series, np.diff(series, axis=0, prepend=series[:1])]
    biases = network.get_layer("biases").get_weights()[0].reshape(4, -1)
    layers = find_convolutions(network, "convolution_")
    features = []
    for view, thresholds in zip(views, biases, strict=True):
        by_layer = np.split(thresholds, len(layers))
        for layer, of_layer in zip(layers, by_layer, strict=True):
            outputs = convolve(view, layer.get_weights()[0], layer.dilation_rate[0])
            for number, bias in enumerate(of_layer.reshape(-1, outputs.shape[1])):
                positive = outputs > bias
                features.append(positive.mean(axis=0))
                if number == 0:
                    count = np.maximum(positive.sum(axis=0), 1)
                    features.append(np.maximum(outputs - bias, 0).sum(axis=0) / count)
                    positions = (positive * np.arange(len(x))[:, None]).sum(axis=0)
                    features.append(positions / count / len(x))
    for view in views:
        for layer in find_convolutions(network, "groups_"):
            outputs = convolve(view, layer.get_weights()[0], layer.dilation_rate[0])
            features += pool_wins(outputs.reshape(len(x), 8, -1))
    summaries = [x.mean(axis=0), x.std(axis=0), x.min(axis=0), x.max(axis=0), x[0], x[-1]]
    return np.concatenate([*features, *summaries, [np.log(len(x))]])


def find_convolutions(network: keras.Model, prefix: str) -> list[keras.layers.Conv1D]:
    """Return the convolutions with a name that begins so, by their dilation."""
    layers = [layer for layer in network.layers if layer.name.startswith(prefix)]
    return sorted(layers, key=lambda layer: layer.dilation_rate[0])


def pool_wins(outputs: np.ndarray) -> list[np.ndarray]:
    """Return roots of mean wins of (steps, 8, groups) outputs, each (8 · groups,)."""
    wins = np.where(outputs == outputs.max(axis=1, keepdims=True), outputs, 0)
    half = -(-len(outputs) // 2)  # the middle step belongs to the first half
    means = [
        part.sum(axis=0).ravel() / max(len(part), 1) for part in (wins, wins[:half], wins[half:])
    ]
    return [np.sqrt(np.maximum(mean, 0)) for mean in means]


def round_to_grid(x: np.ndarray) -> np.ndarray:
    """Round to multiples of 1/4096 between -16 and 16."""
    return np.clip(np.round(x * 4096), -65536, 65536) / 4096


def convolve(x: np.ndarray, kernel: np.ndarray, dilation: int) -> np.ndarray:
    """Convolve (steps, inputs) with (9, inputs, kernels), with explicit zeros at both ends."""
    padded = np.pad(x, ((4 * dilation, 4 * dilation), (0, 0)))
    return sum(
        padded[tap * dilation : tap * dilation + len(x)] @ kernel[tap].astype(np.float64)
        for tap in range(9)
    )
