"""The README's own examples run, in a folder of their own, so that nothing is left behind."""

import doctest
import re
import runpy
import subprocess
import sys
from pathlib import Path

import pytest

from ui.locales.style import PERCENT, find_phrases

pytestmark = pytest.mark.slow  # it trains, saves or starts a process for each case

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
DOCUMENTS = sorted(f"docs/{path.name}" for path in (ROOT / "docs").glob("*.md"))
GUIDES = ["README.md", "CONTRIBUTING.md", "samples/README.md", *DOCUMENTS]
# Words that have another sense in documents: a proxy in front of a server, a Plotly figure.
OTHER_SENSES = {"figure", "figures", "behind", "in front", "answers", "answered"}
CODE = re.compile(r"```.*?```|`[^`\n]*`", re.DOTALL)


@pytest.mark.parametrize("document", ["README.md", "docs/engine.md"])
def test_the_python_examples_do_what_they_say(document, tmp_path, monkeypatch):
    (tmp_path / "samples").symlink_to(ROOT / "samples", target_is_directory=True)
    monkeypatch.chdir(tmp_path)
    results = doctest.testfile(str(ROOT / document), module_relative=False, encoding="utf-8")
    assert results.attempted >= 10
    assert results.failed == 0


@pytest.mark.parametrize("document", GUIDES)
def test_every_link_leads_to_a_file(document):
    links = re.findall(r"\]\(([^)#]+)\)", (ROOT / document).read_text(encoding="utf-8"))
    here = [link for link in links if "://" not in link]
    assert here or document not in ("README.md", "CONTRIBUTING.md")
    for link in here:
        assert ((ROOT / document).parent / link).exists(), link


# The reference of recipe fields has the texts of the form, which tests/ui/test_locales.py checks.
@pytest.mark.parametrize("document", sorted({*GUIDES} - {"docs/recipe.md"}))
def test_documents_follow_the_style_guide(document):
    text = " ".join(CODE.sub("", (ROOT / document).read_text(encoding="utf-8")).split())
    found = {phrase for phrase, _use in find_phrases(text) if phrase.lower() not in OTHER_SENSES}
    assert found == set()
    assert PERCENT.findall(text) == []


@pytest.mark.parametrize(("system", "column"), [("Linux", 2), ("Windows", 3)])
def test_exactly_two_commands_are_given(system, column):
    rows = re.findall(r"^\| install .*$", README, re.M)
    assert len(rows) == 2
    start, test = (row.split("|")[column].strip(" `") for row in rows)
    assert start.endswith("run.py")
    assert test.endswith("run.py test")


def test_ci_runs_the_readmes_own_test_command():
    assert "python3 run.py test\n" in (ROOT / ".ci" / "run").read_text()


def test_an_unsupported_python_gets_one_clear_sentence():
    script = "import sys; sys.version_info = (3, 9, 1); sys.argv = ['run.py', 'test']; "
    script += "import runpy; runpy.run_path('run.py', run_name='__main__')"
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode != 0
    assert done.stderr.strip() == (
        "Unpadded needs Python 3.11, 3.12 or 3.13, and this is Python 3.9."
    )


def test_the_reference_of_recipe_fields_is_up_to_date():
    script = ROOT / "docs" / "recipe_reference.py"
    assert runpy.run_path(str(script))["render"]() == (ROOT / "docs" / "recipe.md").read_text(
        encoding="utf-8"
    ), f"run python {script.relative_to(ROOT)}"
