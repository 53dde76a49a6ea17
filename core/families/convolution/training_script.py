"""The training script of an exported convolutional network, in plain Keras."""

from __future__ import annotations

from dataclasses import dataclass

from ...layers.convolution.declaration import Convolutional
from ...layers.convolution.steps import Steps, compute_padding
from ...network.keras_network import name_weights
from ...recipe.derived_features import DerivedFeatures
from ...recipe.network_shape import NetworkShape
from ...recipe.recipe import Recipe
from ..recurrent.training_script import ConvolutionCode, render_script


def render_training_script(recipe: Recipe, shape: NetworkShape) -> str:
    """Render ``train.py`` for a saved ZIP; see ``FamilyNetwork.render_training_script``."""
    layers, mask = [], "mask"
    inputs = len(DerivedFeatures.from_recipe(recipe, shape).origins)
    for number, layer in enumerate(recipe.resolve().layers, start=1):
        if isinstance(layer, Convolutional):
            writer = CodeWriter(name_weights(number))
            x = layer.compute(writer, CodeSteps("x", mask), inputs)
            layers.append([*writer.lines, f"x = {x.values}"])
            mask, inputs = x.mask, layer.outputs
    return render_script(recipe, shape, ConvolutionCode(layers, mask))


@dataclass(frozen=True)
class CodeSteps:
    """Names of variables.

    Attributes:
        values: Padded values, (batch, steps, channels).
        mask: The mask, (batch, steps).
    """

    values: str
    mask: str


class CodeWriter(Steps[CodeSteps]):
    """Writes a layer as lines of Python.

    Args:
        prefix: Text before the names of variables.
    """

    def __init__(self, prefix: str) -> None:
        self.prefix = prefix
        self.lines: list[str] = []

    def convolve(
        self,
        x: CodeSteps,
        name: str,
        filters: int,
        kernel_size: int,
        *,
        strides: int = 1,
        dilation_rate: int = 1,
        causal: bool = False,
        use_bias: bool = False,
    ) -> CodeSteps:
        options = {"strides": strides, "dilation_rate": dilation_rate}
        arguments = [str(filters), str(kernel_size)]
        arguments += [f"{option}={value}" for option, value in options.items() if value > 1]
        arguments += [] if use_bias else ["use_bias=False"]
        padding = compute_padding(kernel_size, dilation_rate, causal)
        code = f"keras.layers.Conv1D({', '.join(arguments)})({_surround(x, padding)})"
        return CodeSteps(self._assign(name, code), self._shorten(x.mask, name, strides))

    def normalize(self, x: CodeSteps, name: str) -> CodeSteps:
        code = f"keras.layers.BatchNormalization()({x.values}, mask={x.mask})"
        return CodeSteps(self._assign(name, code), x.mask)

    def pool(
        self, x: CodeSteps, pool_size: int, *, strides: int = 1, causal: bool = False
    ) -> CodeSteps:
        surrounded = _surround(x, compute_padding(pool_size, 1, causal))
        code = f"keras.layers.MaxPooling1D({pool_size}, {strides})({surrounded})"
        return CodeSteps(self._assign("maximum", code), self._shorten(x.mask, "maximum", strides))

    def add(self, x: CodeSteps, y: CodeSteps) -> CodeSteps:
        code = f"keras.layers.Add()([{x.values}, {y.values}])"
        return CodeSteps(self._assign("sum", code), x.mask)

    def concatenate(self, parts: list[CodeSteps]) -> CodeSteps:
        names = ", ".join(each.values for each in parts)
        code = f"keras.layers.Concatenate()([{names}])"
        return CodeSteps(self._assign("branches", code), parts[0].mask)

    def rectify(self, x: CodeSteps) -> CodeSteps:
        return CodeSteps(self._assign("output", f"keras.layers.ReLU()({x.values})"), x.mask)

    def _assign(self, name: str, code: str) -> str:
        """Add the line of a variable, and return its name."""
        self.lines.append(f"{self.prefix}{name} = {code}")
        return f"{self.prefix}{name}"

    def _shorten(self, mask: str, name: str, strides: int) -> str:
        return mask if strides == 1 else self._assign(f"{name}_mask", f"{mask}[:, ::{strides}]")


def _surround(x: CodeSteps, padding: tuple[int, int]) -> str:
    front, behind = padding
    return f"surround({x.values}, {x.mask}, {front}, {behind})"
