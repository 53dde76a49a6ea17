"""The library as a package: what ``pip install .`` installs, and what it needs."""

import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
FORBIDDEN = ("streamlit", "dask", "distributed", "sqlalchemy")


def requirements(file: str) -> dict[str, str]:
    """Version ranges by package name, of one requirements file."""
    lines = [line.split("#")[0].strip() for line in (ROOT / file).read_text().splitlines()]
    return dict(map(split_requirement, filter(lambda line: line and line[0] != "-", lines)))


def split_requirement(line: str) -> tuple[str, str]:
    name, versions = re.fullmatch(r"([\w-]+(?:\[[\w,]+\])?)(.*)", line).groups()
    return name, versions


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built from what the checkout has, in a copy, because a build writes beside its sources."""
    folder = tmp_path_factory.mktemp("wheel")
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "core", folder / "core", ignore=ignored)
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, folder)
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-index"]
    command += ["--no-build-isolation", "--wheel-dir", "dist", "."]
    subprocess.run(command, cwd=folder, check=True)
    return next((folder / "dist").glob("unpadded-*.whl"))


@pytest.fixture
def installed(wheel: Path, tmp_path: Path) -> Path:
    """A folder with nothing but the package, as ``pip install`` would leave it."""
    zipfile.ZipFile(wheel).extractall(tmp_path)
    return tmp_path


def test_the_packages_are_the_folders_of_the_library():
    folders = {path.parent.relative_to(ROOT) for path in (ROOT / "core").rglob("*.py")}
    packages = [".".join(("unpadded", *folder.parts[1:])) for folder in folders]
    assert PROJECT["tool"]["setuptools"]["packages"] == sorted(packages)


def test_the_wheel_has_the_library_whole_and_nothing_else(wheel: Path):
    names = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}
    suffixes = (".py", ".txt", ".jinja", ".typed")
    sources = [path for path in (ROOT / "core").rglob("*") if path.suffix in suffixes]
    assert names == {f"unpadded/{path.relative_to(ROOT / 'core').as_posix()}" for path in sources}


def test_the_installed_library_trains_under_its_own_name(installed: Path):
    script = """
import sys
import unpadded
assert not any(name.split(".")[0] in ("tensorflow", "keras", "core") for name in sys.modules)
from unpadded import Recipe, Sequences, load, train
data = Sequences.from_lists([[1], [2, 5], [3, 9, 9, 4, 8]], targets=[2, 4, 6])
from dataclasses import replace
model = train(data, replace(Recipe.example(), epochs=2))
model.save("model.zip")
assert (load("model.zip").predict([[1.5]]) == model.predict([[1.5]])).all()
assert type(model).__module__ == "unpadded.trained_model"
assert model.prove(data).passed
"""
    subprocess.run([sys.executable, "-c", script], cwd=installed, check=True)


@pytest.mark.parametrize("order", ["import core, unpadded", "import unpadded, core"])
def test_both_names_in_one_process_are_refused_in_a_sentence(installed: Path, order: str):
    script = f"import sys; sys.path.append({str(ROOT)!r}); {order}"
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=installed, capture_output=True, text=True, check=False
    )
    last = done.stderr.strip().splitlines()[-1]
    assert last.startswith("ImportError: ")
    assert "two of every class" in last


def test_what_the_library_needs_is_what_the_app_installs():
    app = requirements("requirements.txt")
    library = dict(map(split_requirement, PROJECT["project"]["dependencies"]))
    assert {name: app.get(name) for name in library} == library
    onnx = dict(map(split_requirement, PROJECT["project"]["optional-dependencies"]["onnx"]))
    assert requirements("requirements-onnx.txt") == onnx
    assert not [name for name in library if name.startswith(FORBIDDEN)]


def test_what_is_public_is_listed():
    import core

    assert set(core.__all__) <= set(dir(core))
    for name in core.__all__:
        assert getattr(core, name) is not None


def test_nothing_at_top_level_goes_before_the_requirements():
    """Hosts take a lock file instead, where there is one."""
    assert not [
        name for name in ("uv.lock", "Pipfile", "environment.yml") if (ROOT / name).exists()
    ]
