"""``Recipe``: the configuration of a network and its training, validated on creation.

An invalid value raises RecipeError, a ValueError, with the field, the value and the range. Every
existing Recipe can therefore be trained, stored, sent to a worker, and rebuilt from untrusted JSON.

To add a field, declare it here with ``setting``, and use it where it has its effect. Forms, links,
Compare, the cache of compiled networks, the model card, the training script and ``docs/recipe.md``
follow from the declaration.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any, Literal

from ..data.padded import Side
from ..data.padding import MaskMode
from ..data.sequences import Sequences
from ..errors import Note, RecipeError
from ..fields.declaration import (
    Field,
    Restriction,
    check_fields,
    describe_changes,
    list_fields,
    setting,
)
from ..fields.value_types import Boolean, Choice, ChoiceList, Number, Whole, WholeList
from ..i18n import N_
from ..layers.convolution.declaration import Convolutional
from ..layers.layer import Layer
from ..layers.lstm.declaration import LSTM
from ..layers.recurrent.declaration import MAX_UNITS
from ..layers.registry import MAX_LAYERS, LayerStack, layer_from_dict, layer_to_dict
from ..representation import shorten_repr
from .family_defaults import FAMILY_DEFAULTS
from .members import MAX_SEED, Member, MemberList, derive_seed
from .pooling import POOLS, Pooling
from .suggestion_rules import suggest_fields

Task = Literal["regression", "classification"]
Schedule = Literal["constant", "plateau", "cosine"]
Normalization = Literal["data_set", "sequence", "both"]
ClassWeight = Literal["none", "balanced"]
ValidationRows = Literal["random", "last", "folds"]

# These limits protect a shared server; no ordinary recipe comes near them.
MAX_EPOCHS = 10_000
MAX_BATCH_SIZE = 4096
MAX_MAXLEN = 100_000
MAX_VALUE = 1e30
MAX_KERNELS = 50_000
MAX_GROUPS = 256
MAX_PATCH_SIZE = 256  # as many as steps of a convolution's kernel

# Each name is that of a folder of core.families.
FAMILIES = {
    "recurrent": N_("Recurrent network"),
    "convolution": N_("Convolutional network"),
    "random_convolution": N_("Random convolutions"),
}
# The first is the default of the task.
LOSSES = {
    "regression": ("mse", "mae"),
    "classification": ("sparse_categorical_crossentropy",),
}
OPTIMIZERS = {"adam": 0.001, "rmsprop": 0.001, "sgd": 0.01}  # Keras's default learning rates
SIDES = {"pre": N_("at the start"), "post": N_("at the end")}


@dataclass(frozen=True, repr=False)
class Recipe:
    """The configuration of a network and its training.

    Frozen; change a recipe with ``dataclasses.replace``. Fields are kept as given. A default that
    depends on another field is kept as None, and resolved where it is used (``resolve``).
    """

    task: Task = setting(
        "regression",
        Choice({"regression": N_("a number"), "classification": N_("a class")}),
        label=N_("Predict"),
        help=N_("Type of the target: a number, or one of several classes."),
        section="network",
        shared=True,
    )
    return_sequences: bool = setting(
        False,
        Boolean(),
        label=N_("Predict at every step"),
        help=N_("One prediction per step, for per-step targets."),
        section="data",
        shared=True,
    )
    layers: tuple[Layer, ...] = setting(
        (LSTM(64),),
        LayerStack(),
        label=N_("Layers"),
        help=N_("Hidden dense layers and the output layer follow."),
        section="network",
    )
    pooling: Pooling = setting(
        "last",
        ChoiceList(POOLS),
        label=N_("Pooling over steps"),
        help=N_(
            "Which outputs of the last layer the prediction uses. The last step, or a summary of "
            "all real steps, for patterns that may occur anywhere. Attention is a mean with "
            "learned weights. Several are concatenated. Padding is excluded."
        ),
        section="network",
        restriction=Restriction(
            lambda recipe: ("last",) if recipe.return_sequences else tuple(POOLS),
            lambda recipe: Note("the network predicts at every step"),
        ),
        suggest_values=lambda recipe: (
            ("last",) if recipe.return_sequences else ("last", "mean", "max", tuple(POOLS)[:3])
        ),
    )
    dense: tuple[int, ...] = setting(
        (),
        WholeList(1, MAX_UNITS, MAX_LAYERS),
        label=N_("Hidden dense layers"),
        help=N_("Units per layer, such as 32, 16. Activation: relu."),
        section="network",
    )
    padding: Side = setting(
        "pre",
        Choice(SIDES),
        label=N_("Padding"),
        help=N_("The side of a sequence that is padded."),
        section="padding",
        changes_network=False,
        suggest_values=lambda recipe: ("pre", "post"),
        entry=N_("padding {value}"),
        shared=True,
    )
    value: float = setting(
        0.0,
        Number(-MAX_VALUE, MAX_VALUE),
        label=N_("Padding value"),
        help=N_("Value of the padded steps. It matters only without a mask."),
        section="padding",
        changes_network=False,
        shared=True,
    )
    maxlen: int | None = setting(
        None,
        Whole(1, MAX_MAXLEN),
        label=N_("maxlen, in steps"),
        help=N_("Empty: no sequence is truncated."),
        section="padding",
        none=N_("no limit"),
        changes_network=False,
        suggest_values=lambda recipe: (recipe.maxlen,),
        entry=N_("maxlen {value}"),
        shared=True,
    )
    truncating: Side = setting(
        "pre",
        Choice({"pre": N_("start"), "post": N_("end")}),
        label=N_("Truncate"),
        help=N_("The end of a sequence that loses steps if it is longer than maxlen."),
        section="padding",
        changes_network=False,
        suggest_values=lambda recipe: ("pre", "post"),
        entry=N_("truncate the {value}"),
        shared=True,
    )
    mask: MaskMode = setting(
        "lengths",
        Choice(
            {"lengths": N_("by lengths"), "value": N_("by value"), "none": N_("no mask")},
        ),
        label=N_("Mask"),
        help=N_(
            "By lengths: every real step counts. By value: steps that equal the mask value "
            "are skipped, as Keras's Masking layer does. No mask: padding counts as data."
        ),
        section="padding",
        changes_network=False,
        suggest_values=lambda recipe: ("lengths", "value", "none"),
        shared=True,
    )
    mask_value: float = setting(
        0.0,
        Number(-MAX_VALUE, MAX_VALUE),
        label=N_("Mask value"),
        help=N_("A mask by value skips steps that have this value."),
        section="padding",
        changes_network=False,
        shared=True,
    )
    epochs: int = setting(
        50,
        Whole(1, MAX_EPOCHS),
        label=N_("Epochs"),
        help=N_("Maximum number of passes over the training sequences."),
        changes_network=False,
    )
    batch_size: int = setting(
        32,
        Whole(1, MAX_BATCH_SIZE),
        label=N_("Batch size, in sequences"),
        help=N_("Sequences per update of the weights."),
        changes_network=False,
        suggest_values=lambda recipe: (recipe.batch_size, 2 * recipe.batch_size),
        entry=N_("batch {value}"),
    )
    optimizer: str = setting(
        "adam",
        Choice(dict.fromkeys(OPTIMIZERS, "")),
        label=N_("Optimizer"),
        help=N_("Keras optimizer with its default settings."),
        suggest_values=lambda recipe: tuple(OPTIMIZERS)[:2],
    )
    learning_rate: float | None = setting(
        None,
        Number(1e-7, 10, step=0.0005),
        label=N_("Learning rate"),
        help=N_("Empty: the optimizer's default."),
        none=N_("default"),
        resolve="initial_learning_rate",
        changes_network=False,
        suggest_values=lambda recipe: (
            recipe.initial_learning_rate,
            3 * recipe.initial_learning_rate,
        ),
        entry=N_("rate {value}"),
    )
    validation_split: float = setting(
        0.2,
        Number(0, 0.9, step=0.05, is_share=True),
        label=N_("Validation share"),
        help=N_("Share of the training sequences held out for validation."),
        changes_network=False,
        shared=True,
    )
    patience: int | None = setting(
        None,
        Whole(1, MAX_EPOCHS),
        label=N_("Patience, in epochs"),
        help=N_(
            "Early stopping after this number of epochs without a better validation loss. The "
            "best weights are kept. Empty: train all epochs."
        ),
        none=N_("off"),
        changes_network=False,
    )
    loss: str | None = setting(
        None,
        Choice(
            {
                "mse": "",
                "mae": "",
                "sparse_categorical_crossentropy": N_("cross-entropy, nats"),
            }
        ),
        label=N_("Loss"),
        help=N_("Function that training minimizes."),
        none=N_("default"),
        resolve="loss_name",
        restriction=Restriction(
            lambda recipe: LOSSES[recipe.task],
            lambda recipe: Note("the task is {task}", task=recipe.task),
        ),
    )
    seed: int = setting(
        0,
        Whole(0, MAX_SEED),
        label=N_("Seed"),
        help=N_("Determines the initial weights, the split, the batches and dropout."),
        changes_network=False,
        shared=True,
    )
    standardize: bool = setting(
        True,
        Boolean((N_("not standardized"), N_("standardized"))),
        label=N_("Standardize features and numeric targets"),
        help=N_("Mean 0 and standard deviation 1, computed on real training steps only."),
        changes_network=False,
        suggest_values=lambda recipe: (False, True),
        shared=True,
    )
    schedule: Schedule = setting(
        "constant",
        Choice(
            {
                "constant": N_("constant"),
                "plateau": N_("halved on plateaus"),
                "cosine": N_("cosine to 0"),
            }
        ),
        label=N_("Learning rate schedule"),
        help=N_(
            "Halved on plateaus: after every 5 epochs without a better loss. Cosine: decays to 0 "
            "in the last epoch."
        ),
        section="finer",
        changes_network=False,
        suggest_values=lambda recipe: ("constant", "plateau", "cosine"),
        entry=N_("rate: {value}"),
    )
    weight_decay: float = setting(
        0.0,
        Number(0, 1, step=0.001),
        label=N_("Weight decay"),
        help=N_(
            "Each update reduces every weight by this share, times the learning rate, against "
            "overfitting. 0: none."
        ),
        section="finer",
        suggest_values=lambda recipe: (0.0, 0.01),
        entry=N_("decay {value}"),
        keras="weight_decay",
    )
    clip_norm: float | None = setting(
        None,
        Number(1e-6, 1e6),
        label=N_("Clip gradient norm at"),
        help=N_(
            "Limits the global gradient norm; use it if the loss jumps, especially on long "
            "sequences. 1 is usual. Empty: no clipping."
        ),
        section="finer",
        none=N_("no limit"),
        suggest_values=lambda recipe: (None, 1.0),
        entry=N_("gradients clipped at {value}"),
        keras="global_clipnorm",
    )
    validation_rows: ValidationRows = setting(
        "random",
        Choice(
            {
                "random": N_("random"),
                "last": N_("last sequences"),
                "folds": N_("folds by seed"),
            }
        ),
        label=N_("Validation sequences"),
        help=N_(
            "Last sequences: if the file is in time order. Folds by seed: each seed validates a "
            "different part; with as many seeds as folds, every sequence is used once. Groups are "
            "never divided."
        ),
        section="finer",
        changes_network=False,
        shared=True,
    )
    class_weight: ClassWeight = setting(
        "none",
        Choice({"none": N_("unweighted"), "balanced": N_("balanced")}),
        label=N_("Balance classes"),
        help=N_(
            "Balanced: every class has the same weight in the loss. Otherwise a rare class may "
            "never be predicted."
        ),
        section="finer",
        restriction=Restriction(
            lambda recipe: ("none", "balanced") if recipe.task == "classification" else ("none",),
            lambda recipe: Note("numbers have no classes"),
        ),
        suggest_values=lambda recipe: ("none", "balanced"),
    )
    normalization: Normalization = setting(
        "data_set",
        Choice(
            {
                "data_set": N_("over the data set"),
                "sequence": N_("per sequence"),
                "both": N_("over the data set and per sequence"),
            }
        ),
        label=N_("Normalization"),
        help=N_(
            "Per sequence: each sequence has mean 0 and standard deviation 1 over its own steps. A "
            "static feature becomes 0. Both: twice as many features. Categories are not changed."
        ),
        section="finer",
        restriction=Restriction(
            lambda recipe: (
                ("data_set", "sequence", "both")
                if recipe.standardize and not recipe.return_sequences
                else ("data_set",)
            ),
            lambda recipe: (
                Note("statistics of a whole sequence would reveal later steps to each step")
                if recipe.return_sequences
                else Note("features are not standardized")
            ),
        ),
        changes_network=False,
        suggest_values=lambda recipe: ("data_set", "sequence", "both"),
        entry=N_("normalized {value}"),
    )
    differences: bool = setting(
        False,
        Boolean((N_("without differences"), N_("with differences"))),
        label=N_("Differences as features"),
        help=N_(
            "Adds the change of each numeric feature since the previous step. It is 0 at the first "
            "step, and normalized like the others."
        ),
        section="finer",
        changes_network=False,
        suggest_values=lambda recipe: (False, True),
    )
    family: str = setting(
        "recurrent",
        Choice(FAMILIES),
        label=N_("Family"),
        help=N_(
            "Type of model. Convolutional networks find patterns at any position. Random "
            "convolutions are fitted in seconds, and predict one target per sequence."
        ),
        section="network",
        restriction=Restriction(
            lambda recipe: (
                ("recurrent", "convolution") if recipe.return_sequences else tuple(FAMILIES)
            ),
            lambda recipe: Note("the targets are one per step"),
        ),
    )
    n_kernels: int = setting(
        10_000,
        Whole(84, MAX_KERNELS),
        label=N_("Kernels"),
        help=N_(
            "Random kernels per normalization, spread over dilations and biases. More kernels are "
            "slower and rarely less accurate."
        ),
        section="network",
        suggest_values=lambda recipe: (recipe.n_kernels // 4, recipe.n_kernels),
        entry=N_("{value} kernels"),
    )
    n_groups: int = setting(
        0,
        Whole(0, MAX_GROUPS),
        label=N_("Groups of competing kernels"),
        help=N_(
            "Groups of eight random kernels per dilation. The features are how often and how "
            "strongly each kernel wins in its group. 0: none."
        ),
        section="network",
        suggest_values=lambda recipe: (0, 32),
        entry=N_("{value} groups"),
    )
    patch_size: int = setting(
        1,
        Whole(1, MAX_PATCH_SIZE),
        label=N_("Patch size, in steps"),
        help=N_(
            "Joins consecutive steps into one step with all their features: faster on long "
            "sequences. The last patch is filled with 0. The inspection shows one state per "
            "patch. 1: off."
        ),
        section="network",
        restriction=Restriction(
            lambda recipe: (1,) if recipe.return_sequences else range(1, MAX_PATCH_SIZE + 1),
            lambda recipe: Note("the network predicts at every step"),
        ),
        suggest_values=lambda recipe: (1,) if recipe.return_sequences else (1, 8),
        entry=N_("patches of {value}"),
    )
    members: tuple[Member, ...] = setting(
        (),
        MemberList(lambda: FIELDS),
        label=N_("Members of the ensemble"),
        help=N_(
            "An ensemble predicts the mean of its members, each trained with its own seed. "
            "Members may also differ in network and training."
        ),
        section="network",
        changes_network=False,
        suggest_values=lambda recipe: ((), (Member(),) * 5),
        entry=N_("members: {value}"),
        shared=True,
    )

    def __post_init__(self) -> None:
        if self.loss == "":  # how earlier versions wrote the default
            object.__setattr__(self, "loss", None)
        members: object = self.members
        object.__setattr__(self, "members", ())
        check_fields(self, FIELDS)
        if reason := _find_misfit(self.family, self.layers, self.return_sequences):
            raise RecipeError(
                "layers are {layers}, and {reason}", layers=self.layers, reason=reason
            )
        if isinstance(members, list | tuple):  # recipes become what they change
            members = [self._compare_member(each) for each in members]
        object.__setattr__(self, "members", FIELDS["members"].check(members))
        self.list_members()  # which checks each of them

    def __repr__(self) -> str:
        """Show what differs from the defaults, in at most 700 characters."""
        return shorten_repr(f"Recipe({', '.join(describe_changes(self, FIELDS))})")

    @property
    def loss_name(self) -> str:
        """The loss: as given, or the first of the task."""
        return LOSSES[self.task][0] if self.loss is None else self.loss

    @property
    def initial_learning_rate(self) -> float:
        """The learning rate before its schedule: as given, or the default of the optimizer."""
        return OPTIMIZERS[self.optimizer] if self.learning_rate is None else self.learning_rate

    @property
    def pools(self) -> tuple[str, ...]:
        """The pools over steps, as a tuple also where ``pooling`` names a single one."""
        return (self.pooling,) if isinstance(self.pooling, str) else self.pooling

    @property
    def steps_per_patch(self) -> int:
        """Steps that the network joins: ``patch_size``, which recurrent networks alone have."""
        return self.patch_size if self.family == "recurrent" else 1

    def list_members(self) -> tuple[Recipe, ...]:
        """List the recipes of an ensemble's members, each with its seed; () for a single network.

        A member has the values of the ensemble but for those that it changes, so that
        ``dataclasses.replace(ensemble, epochs=100)`` changes all members without epochs of their
        own, and another seed changes the seed of every member.
        """
        members = []
        for number, member in enumerate(self.members):
            changes: dict[str, Any] = dict(member.changes)
            seed = derive_seed(self.seed, number)
            members.append(dataclasses.replace(self, members=(), seed=seed, **changes))
        return tuple(members)

    def _compare_member(self, member: object) -> object:
        """Return what a recipe given as a member changes; anything else as it is."""
        if not isinstance(member, Recipe):
            return member
        if member.members:
            raise RecipeError("a member is an ensemble itself; list its members instead")
        changes = {
            name: getattr(member, name)
            for name in FIELDS
            if getattr(member, name) != getattr(self, name) and name != "seed"  # which is derived
        }
        for name, value in changes.items():
            if FIELDS[name].shared:
                raise RecipeError(
                    "a member has {name} {value!r}, and the ensemble {own!r}; all members share "
                    "it with the ensemble",
                    name=name,
                    value=value,
                    own=getattr(self, name),
                )
        return Member(**changes)

    def resolve(self) -> Recipe:
        """Return the recipe with every default that depends on another field filled in.

        Two recipes train the same network in the same way if they are equal when resolved.
        """
        rules = {name: field.resolve for name, field in FIELDS.items() if field.resolve}
        layers = tuple(layer.resolve(self.return_sequences) for layer in self.layers)
        values = {name: getattr(self, rule) for name, rule in rules.items()}
        # The defaults of a member follow from its own optimizer, so they become its own.
        values["members"] = tuple(member.resolve() for member in self.list_members())
        return dataclasses.replace(self, layers=layers, **values)

    @classmethod
    def suggest(cls, data: Sequences, family: str | None = None) -> Recipe:
        """Choose a first recipe for this data by the rules of ``core.recipe.suggestion_rules``.

        ``core.suggest`` also explains the choices.

        Args:
            data: n sequences; targets are not required.
            family: The family of the recipe; None chooses it as well.
        """
        return cls(**suggest_fields(data, family))

    @classmethod
    def example(cls) -> Recipe:
        """Return the reference example.

        Pre-padded to 15 steps, masked, LSTM(100) → LSTM(20) → Dropout(0.2) → Dense(1), mse,
        RMSprop, 100 epochs, batch size 1.
        """
        return cls(
            layers=(LSTM(100), LSTM(20, dropout=0.2)),
            maxlen=15,
            standardize=False,
            optimizer="rmsprop",
            epochs=100,
            batch_size=1,
            validation_split=0.0,
        )

    def adapt(self, **changes: object) -> Recipe:
        """Replace fields; choices that then no longer fit return to their defaults.

        ``dataclasses.replace`` raises instead. For forms, where a change of the task should not
        make a loss chosen for the other task an error.
        """
        fields: dict[str, object] = {name: getattr(self, name) for name in FIELDS} | changes
        draft = SimpleNamespace(**fields)
        for name, field in FIELDS.items():
            if field.restriction is None or name in changes or fields[name] is None:
                continue
            if not field.restriction.allows(draft, fields[name]):
                fields[name] = field.default
        family, layers, per_step = (
            fields[name] for name in ("family", "layers", "return_sequences")
        )
        if "layers" not in changes and _find_misfit(str(family), layers, bool(per_step)):
            fields |= FAMILY_DEFAULTS[str(family)]
            if per_step:
                fields["pooling"] = "last"
        build: Callable[..., Recipe] = Recipe  # which checks the values
        recipe = build(**fields | {"members": ()})
        adapted = tuple(_adapt_member(member, recipe) for member in self.members)
        members: Any = changes.get("members", adapted)
        return dataclasses.replace(recipe, members=members)

    def to_dict(self) -> dict[str, object]:
        """Return plain values for JSON; ``Recipe.from_dict`` reads them."""
        plain = _to_plain({name: getattr(self, name) for name in FIELDS})
        return plain | {"members": [_to_plain(dict(each.changes)) for each in self.members]}

    @classmethod
    def from_dict(cls, plain: object) -> Recipe:
        """Rebuild a recipe from the output of ``to_dict``.

        Raises:
            RecipeError: a field is unknown or invalid.
        """
        if not isinstance(plain, Mapping):
            raise RecipeError("a recipe is {value!r}; give its fields by name", value=plain)
        fields = _from_plain(plain)
        if "members" in plain:
            members = plain["members"]
            if not isinstance(members, list) or not all(isinstance(e, Mapping) for e in members):
                raise RecipeError(
                    "members is {value!r}; give a list of what each member changes", value=members
                )
            fields["members"] = tuple(Member(**_from_plain(member)) for member in members)
        return cls(**fields)


def _to_plain(values: Mapping[str, Any]) -> dict[str, object]:
    """Return plain values for JSON of some of the fields."""
    plain = {n: list(each) if isinstance(each, tuple) else each for n, each in values.items()}
    if "layers" in values:
        plain["layers"] = [layer_to_dict(layer) for layer in values["layers"]]
    return plain


def _from_plain(plain: Mapping[str, Any]) -> dict[str, Any]:
    """Read some of the fields from the output of ``_to_plain``."""
    unknown = sorted(set(plain) - set(FIELDS))
    if unknown:
        raise RecipeError(
            "a recipe has no field {name!r}; its fields are {known}",
            name=unknown[0],
            known=", ".join(sorted(FIELDS)),
        )
    fields = dict(plain)
    if "layers" in plain:
        if not isinstance(plain["layers"], list):
            raise RecipeError("layers is {value!r}; give a list of layers", value=plain["layers"])
        fields["layers"] = tuple(map(layer_from_dict, plain["layers"]))
    return fields


def _adapt_member(member: Member, ensemble: Recipe) -> Member:
    """Return the member of an adapted ensemble, without the changes that do not fit it."""
    kept = {}
    for name, value in member.changes:
        restriction = FIELDS[name].restriction
        if restriction is None or value is None or restriction.allows(ensemble, value):
            kept[name] = value
    adapted = ensemble.adapt(**kept)
    different = {n for n in FIELDS if getattr(adapted, n) != getattr(ensemble, n)}
    return Member(**{name: getattr(adapted, name) for name in different | kept.keys()})


def _find_misfit(family: str, layers: Any, per_step: bool) -> Note | None:
    """Return why the layers do not fit the other fields, with the remedy; None if they do."""
    convolutions = [isinstance(layer, Convolutional) for layer in layers]
    if family == "recurrent" and any(convolutions):
        return Note("the family is recurrent; use LSTM or GRU, or the family 'convolution'")
    if family == "convolution":
        if not convolutions[0]:
            return Note("the family is convolution; begin with Conv1D or Inception")
        if convolutions != sorted(convolutions, reverse=True):
            return Note("a convolution follows LSTM or GRU; put all convolutions first")
        if per_step and any(layer.downsampling > 1 for layer in layers):
            return Note(
                "the network predicts at every step; use strides and pool sizes of 1, which keep "
                "every step"
            )
    return None


FIELDS: Mapping[str, Field] = list_fields(Recipe)
Recipe.__doc__ = f"{Recipe.__doc__}\n    Attributes:\n" + "".join(
    f"        {name}: {field.help}\n" for name, field in FIELDS.items()
)
