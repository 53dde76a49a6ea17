"""Links of commit 3c4f589 keep their meaning, whatever is suggested for the data today."""

import json
from pathlib import Path
from urllib.parse import parse_qsl

import pytest
from streamlit.testing.v1 import AppTest

from core import Recipe

ROOT = Path(__file__).parents[2]
LINKS = json.loads((Path(__file__).parent / "3c4f589" / "links.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("link", LINKS, ids=lambda link: link["query"])
def test_a_link_without_a_version_means_what_it_meant(link):
    app = AppTest.from_file(ROOT / "app.py", default_timeout=60).run()
    for name, text in parse_qsl(link["query"]):
        app.query_params[name] = text
    mask = app.switch_page("pages/2_Mask.py").run()
    assert not mask.exception
    recipe = mask.session_state["state"].recipe
    assert recipe.resolve() == Recipe.from_dict(link["recipe"])
