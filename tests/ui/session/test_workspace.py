"""The stored workspace: its format, and changes that several tabs save."""

from dataclasses import replace

from runs import ComparisonRequest, StoreError
from runs.store.visitors import Visitors
from ui.session import restore, workspace
from ui.session.settings import choose_recipe, show_run
from ui.session.workspace import remember_text, save, set_language


def read(state, services) -> dict:
    stored, _created = services.store.visitors.record_visit(state.owner.id, lasting=False)
    return stored


def test_the_stored_format_stays_as_it_is(state, services, open_text):
    open_text(state, "1\n2,5\n")
    state.comparison, state.example_run = ComparisonRequest({"one": ("r1", "r2")}, (0, 1)), "home"
    show_run(state, services, "a run")
    remember_text(state, services, "box", "[1.5]")
    set_language(state, services, "zh_CN")
    assert read(state, services) == {
        "data_set": state.data_set.id,
        "units": {
            state.data_set.id: {
                "data": state.data_set.data,
                "recipe": state.recipe.to_dict(),
                "run": "a run",
                "compared": {"entries": {"one": ["r1", "r2"]}, "seeds": [0, 1]},
                "editing": False,
                "varied": {},
            }
        },
        "example_run": "home",
        "typed": {"box": "[1.5]"},
        "language": "zh_CN",
    }


def test_nothing_is_stored_before_the_visitor_chooses_something(state, services):
    save(state, services)
    assert read(state, services) == {}


def test_the_texts_that_were_typed_last_are_remembered(state, services, monkeypatch):
    monkeypatch.setattr(workspace, "MAX_TYPED_TEXTS", 2)
    monkeypatch.setattr(workspace, "MAX_TYPED_CHARACTERS", 3)
    for box in ("a", "b", "a", "c"):
        remember_text(state, services, box, f"{box}1234")
    assert state.typed_texts == {"a": "a12", "c": "c12"}
    assert read(state, services)["typed"] == state.typed_texts


def test_all_texts_together_have_a_limit(state, services, monkeypatch):
    monkeypatch.setattr(workspace, "MAX_ALL_TYPED_CHARACTERS", 8)
    for box in "abcd":
        remember_text(state, services, box, "1234")
    assert list(state.typed_texts) == ["c", "d"]
    assert read(state, services)["typed"] == state.typed_texts


def test_a_failed_save_is_repeated(state, services, monkeypatch):
    def fail(*_):
        raise StoreError("The database does not respond.")

    with monkeypatch.context() as patch:
        patch.setattr(Visitors, "save", fail)
        choose_recipe(state, services, replace(state.recipe, epochs=9))
    assert state.memory.error is not None
    restore.retry(state, services)
    assert read(state, services) == {}  # not at once: each attempt waits for a locked database
    monkeypatch.setattr(restore, "RETRY_SECONDS", 0)
    restore.retry(state, services)
    assert state.memory.error is None
    assert read(state, services)["units"]["example"]["recipe"]["epochs"] == 9


def test_a_tab_from_before_a_deletion_saves_nothing(open_tab, services):
    tab, other = open_tab(), open_tab()
    remember_text(tab, services, "box", "[777, 888]")
    services.store.visitors.delete(tab.owner.id)
    remember_text(other, services, "box", "[999]")
    choose_recipe(tab, services, replace(tab.recipe, epochs=9))
    assert tab.memory.is_deleted
    assert other.memory.is_deleted
    assert open_tab().typed_texts == {}
