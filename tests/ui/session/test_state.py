from ui.samples import compute_digest
from ui.session.data import open_example
from ui.session.state import EXAMPLE_KEY


def test_the_home_pages_run_is_the_last_run_while_the_example_is_open(state, services, open_text):
    state.example_run = "home"
    assert state.last_run == "home"
    state.run = "own"
    assert state.last_run == "own"
    open_text(state, "1\n2,5\n")
    assert state.last_run is None
    open_example(state, services)
    assert state.last_run == "home"


def test_the_open_data_has_the_key_and_digest_of_its_data_set_or_of_the_example(state, open_text):
    assert (state.data_key, state.digest) == (EXAMPLE_KEY, compute_digest(None))
    open_text(state, "1\n2,5\n")
    assert (state.data_key, state.digest) == (state.data_set.id, state.data_set.data)
