"""Visits of every page: what a visitor sets there before the page is reloaded."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from benchmarks.reruns import make_file
from tests.support.streamlit_client import Visitor

SEQUENCES = 240
SECONDS = 120.0
# A network whose prediction of a long text takes seconds, on which training is quick.
MODEL = "family=recurrent&layers=GRU-40&epochs=1&batch_size=64&patience=none"
# Settings of Train that are neither the suggested nor the smallest ones; they train for long.
LONG_RECIPE = {
    "Layers": 2,
    "Epochs": 9000,
    "Batch size, in sequences": 6,
    "Learning rate": 0.0004,
    "Patience, in epochs": None,
    "Seed": 7,
}
SHORT_EPOCHS = 3
LAST_MODEL = "Predict with an earlier model"
TEXT_STEPS = 16_000  # about as many as a text box keeps
SITUATIONS = ("training", "comparison", "prediction")
# Bars of jobs that outlive the page; any other bar belongs to a result that the page waits for
LASTING_BARS = re.compile(r"Epoch |Building |Waiting|\d+ of ")


@dataclass(frozen=True)
class Visit:
    """A page, and what is set on it.

    Attributes:
        page: Name of the page in the report.
        prepare: Opens the page and changes its settings.
        situations: Names of the situations in which it is reloaded.
        predicts: Each reload of the page starts a prediction.
    """

    page: str
    prepare: Callable[[Visitor], None]
    situations: tuple[str, ...] = SITUATIONS
    predicts: bool = False


def train_example(visitor: Visitor) -> None:
    """Train the network of Home."""
    visitor.open("/")
    visitor.click("home-train")
    visitor.wait_for(lambda visitor: visitor.find_all("text_input"), SECONDS)


def open_data(visitor: Visitor) -> None:
    """Open data and train a model of it, which all pages show."""
    visitor.open("/Data")
    visitor.upload("upload", "sensors.csv", make_file(SEQUENCES))
    visitor.choose("Test set", "Last sequences of the file")
    visitor.open(f"/Train?v=3&data={visitor.query['data']}&{MODEL}")
    visitor.click("start")
    visitor.wait_for("Finished", SECONDS)
    settle(visitor)


def settle(visitor: Visitor) -> None:
    """Wait until the page waits for no result."""
    visitor.wait_for(is_settled, SECONDS)


def is_settled(visitor: Visitor) -> bool:
    """Tell if no bar is shown but those of trainings."""
    return all(LASTING_BARS.match(bar.text) for bar in visitor.find_all("progress"))


def start_long_training(visitor: Visitor) -> None:
    """Start a training that does not end, with settings of the form."""
    _open_form(visitor)
    for name, value in LONG_RECIPE.items():
        visitor.type(name, value)
    visitor.click("start")
    visitor.wait_for(lambda visitor: _shows_bar(visitor, "Epoch "), SECONDS)


def stop_training(visitor: Visitor) -> None:
    """Stop the training that Train shows, and wait for its end."""
    visitor.open("/Train")
    visitor.click("train-stop")
    visitor.wait_for("Stopped", SECONDS)


def start_long_comparison(visitor: Visitor) -> None:
    """Start a comparison that does not end."""
    prepare_compare(visitor)
    visitor.click("Compare")
    visitor.wait_for("epoch", SECONDS)


def stop_comparison(visitor: Visitor) -> None:
    """Stop all runs of the comparison."""
    visitor.open("/Compare")
    visitor.click("compare-stop")
    visitor.wait_for(lambda visitor: not _has_button(visitor, "compare-stop"), SECONDS)


def start_short_training(visitor: Visitor, number: int) -> None:
    """Start a training of some seconds, another one for each number."""
    _open_form(visitor)
    visitor.type("Epochs", SHORT_EPOCHS)
    visitor.type("Seed", 100 + number)
    visitor.click("start")
    visitor.wait_for(lambda visitor: visitor.find_all("progress"), SECONDS)


def start_short_comparison(visitor: Visitor, number: int) -> None:
    """Compare two optimizers for some seconds, with other epochs for each number."""
    _open_form(visitor)
    visitor.type("Epochs", SHORT_EPOCHS + 1 + number)
    visitor.open("/Compare")
    visitor.choose("What varies", "Optimizer")
    visitor.choose("Optimizer", "adam", "sgd")
    visitor.type("Seeds", 1)
    visitor.click("Compare")
    visitor.wait_for(lambda visitor: _has_button(visitor, "compare-stop"), SECONDS)


def make_text() -> str:
    """Make a sequence as long as a text box keeps."""
    steps = ",".join(f"[{i % 10},{i * 7 % 10}]" for i in range(TEXT_STEPS))
    return f"[{steps}]"


def prepare_home(visitor: Visitor) -> None:
    visitor.open("/")
    visitor.type("home-text", "[2.5], [7, 1]")
    settle(visitor)
    visitor.choose("home-effect-side", "Padding after")


def prepare_data(visitor: Visitor) -> None:
    visitor.open("/Data")
    visitor.choose("Feature", "x1")
    visitor.choose("Class", "d")
    if not _has_button(visitor, "Close"):
        visitor.click("Change")


def prepare_mask(visitor: Visitor) -> None:
    visitor.open("/Mask")
    visitor.choose("Padding", "at the end")
    visitor.type("maxlen, in steps", 300)
    visitor.choose("Truncate", "end")
    visitor.type("Sequences", "3-9, 20")
    visitor.choose("Feature", "x1")
    visitor.slide("First time step", 31)


def prepare_inspection(visitor: Visitor) -> None:
    prepare_mask(visitor)
    visitor.check("Inspect")
    visitor.choose("Sequence", "17")
    settle(visitor)
    _choose_side(visitor, "mask")


def prepare_train(visitor: Visitor) -> None:
    visitor.open("/Train")
    if _has_button(visitor, "hide"):
        visitor.click("hide")
    visitor.check("Logarithmic loss axis")


def prepare_form(visitor: Visitor) -> None:
    _open_form(visitor)
    visitor.type("Epochs", 8000)
    visitor.type("Seed", 11)
    visitor.check("Standardize features and numeric targets", False)


def prepare_predict(visitor: Visitor) -> None:
    visitor.open("/Predict")  # which shows the training


def _open_predict(visitor: Visitor) -> None:
    """Open Predict with a model: an earlier one if a training was stopped before it had one."""
    visitor.open("/Predict")
    settle(visitor)
    if _has_button(visitor, LAST_MODEL):
        visitor.click(LAST_MODEL)
        settle(visitor)


def prepare_own(visitor: Visitor) -> None:
    _open_predict(visitor)
    visitor.open_tab("From my data")
    visitor.choose("Order", "Smallest error first")
    visitor.choose("True class", _find_option(visitor, "True class", "c "))
    sequences = visitor.find("selectbox", "Sequence").options
    visitor.choose("Sequence", sequences[2])
    settle(visitor)
    _choose_side(visitor, "own")


def prepare_typed(visitor: Visitor) -> None:
    _open_predict(visitor)
    visitor.open_tab("Type")
    visitor.type("Sequences", make_text())


def prepare_compare(visitor: Visitor) -> None:
    visitor.open("/Compare")
    visitor.choose("What varies", "Units", "Optimizer")
    visitor.type("Units", "24, 40")
    visitor.choose("Optimizer", "adam", "sgd")
    visitor.type("Seeds", 2)


def prepare_runs(visitor: Visitor) -> None:
    visitor.open("/Runs")
    visitor.type("Search", "sensors")
    visitor.choose("State", "finished", "running", "waiting")
    visitor.check("Select sensors.csv")


def prepare_run(visitor: Visitor) -> None:
    visitor.open("/Runs")
    visitor.type("Search", "")
    visitor.choose("State", "finished")
    links = visitor.find_all("page_link")
    run = next(link for link in links if ", 1 epoch," in link.label)
    visitor.open(f"/Runs?{run.query_string}")
    settle(visitor)
    visitor.check("Accuracy after part of the sequence")
    visitor.check("Model card")
    visitor.check("Logarithmic loss axis")
    visitor.type("More epochs", 17)


@dataclass(frozen=True)
class ShortJob:
    """A job whose page is reloaded before its result appears.

    Attributes:
        page: Name of the page in the report.
        situation: Name of the situation in the report.
        start: Opens the page and starts the job; other numbers start other jobs.
        result: Kind and label of an element that only the result has.
    """

    page: str
    situation: str
    start: Callable[[Visitor, int], None]
    result: tuple[str, str]

    def has_ended(self, visitor: Visitor) -> bool:
        """Tell if the page shows the result."""
        kind, label = self.result
        return any(each.label == label for each in visitor.find_all(kind))


SHORT_JOBS = (
    ShortJob("Train, to the result", "training", start_short_training, ("toggle", "Export")),
    ShortJob(
        "Compare, to the result",
        "comparison",
        start_short_comparison,
        ("download_button", "Download as CSV"),
    ),
)
VISITS = (
    Visit("Home", prepare_home),
    Visit("Data", prepare_data),
    Visit("Mask", prepare_mask, ("training",)),
    Visit("Mask", prepare_inspection, ("comparison", "prediction")),
    Visit("Train", prepare_train),
    Visit("Train, settings shown", prepare_form),
    Visit("Predict", prepare_predict, ("training",)),
    Visit("Predict", prepare_own, ("comparison",)),
    Visit("Predict", prepare_typed, ("prediction",), predicts=True),
    Visit("Compare", prepare_compare),
    Visit("Runs", prepare_runs),
    Visit("Runs, one run", prepare_run),
)
PAGES = {
    situation: [visit.page for visit in VISITS if situation in visit.situations]
    for situation in SITUATIONS
}


def _open_form(visitor: Visitor) -> None:
    """Open Train with its settings shown."""
    visitor.open("/Train")
    if _has_button(visitor, "change"):
        visitor.click("change")


def _choose_side(visitor: Visitor, place: str) -> None:
    """Choose one side of an inspection view."""
    keys = [each.key or "" for each in visitor.find_all("button_group")]
    [key] = [key for key in keys if re.fullmatch(rf"{place}-xray-\d+-sides", key)]
    visitor.choose(key, "masked")


def _has_button(visitor: Visitor, name: str) -> bool:
    return any(name in (each.key, each.label) for each in visitor.find_all("button"))


def _shows_bar(visitor: Visitor, text: str) -> bool:
    return any(bar.text.startswith(text) for bar in visitor.find_all("progress"))


def _find_option(visitor: Visitor, name: str, start: str) -> str:
    options = visitor.find("selectbox", name).options
    return next(each for each in options if each.startswith(start))
