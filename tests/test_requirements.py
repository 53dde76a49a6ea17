"""The image and CI install exact versions, within the ranges of the requirements files."""

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).parents[1]


def read_requirements(path: Path) -> list[Requirement]:
    """Requirements of a file and of the files that it includes, without hashes."""
    text = re.sub(r"\\\n *--hash=\S+", "", path.read_text("utf-8"))
    found = []
    for line in (line.split(" #")[0].strip() for line in text.splitlines()):
        if line.startswith("-r "):
            found += read_requirements(path.parent / line[3:])
        elif line and not line.startswith("#"):
            found.append(Requirement(line))
    return found


def applies(requirement: Requirement, machine: str, python: str) -> bool:
    environment = {
        "platform_machine": machine,
        "python_full_version": f"{python}.1",
        "python_version": python,
        "sys_platform": "linux",
    }
    return requirement.marker is None or requirement.marker.evaluate(environment)


@pytest.mark.parametrize("machine", ["x86_64", "aarch64"])
@pytest.mark.parametrize(
    ("compiled", "source", "python"),
    [
        ("deploy/ci.txt", "requirements-dev.txt", "3.11"),
        ("deploy/ci.txt", "requirements-dev.txt", "3.13"),
        ("deploy/container.txt", "requirements.txt", "3.12"),
    ],
)
def test_compiled_versions_fit_the_ranges(compiled, source, python, machine):
    """Run deploy/lock.sh after a change of a range."""
    pins = {
        each.name: next(iter(each.specifier)).version
        for each in read_requirements(ROOT / compiled)
        if applies(each, machine, python)
    }
    if "tensorflow-cpu" in pins:  # the same, without code for GPUs
        assert "tensorflow" not in pins
        pins["tensorflow"] = pins["tensorflow-cpu"]
    required = [each for each in read_requirements(ROOT / source) if applies(each, machine, python)]
    assert required
    for each in required:
        assert each.specifier.contains(pins[each.name]), each


@pytest.mark.parametrize("compiled", ["ci.txt", "container.txt"])
def test_every_version_is_exact_has_hashes_and_names_no_address(compiled):
    text = (ROOT / "deploy" / compiled).read_text("utf-8")
    assert not re.search(r"://|--(index|extra|find)", text)
    for entry in re.split(r"\n(?=[a-z])", text.split("lock.sh\n")[1]):
        assert re.match(
            r"[a-z0-9-]+(\[[a-z,]+\])?==[\w.]+( ; .+)? \\\n( +--hash=sha256:\w{64})", entry
        )


def test_the_image_has_the_versions_that_ci_tests():
    tested = {f"{each.name}{each.specifier}" for each in read_requirements(ROOT / "deploy/ci.txt")}
    image = read_requirements(ROOT / "deploy/container.txt")
    different = {f"{each.name}{each.specifier}" for each in image} - tested
    assert [each.split("==")[0] for each in different] == ["tensorflow-cpu"]


def test_an_exported_model_names_what_it_needs_in_the_ranges_of_the_library():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    needed = {line for line in project["dependencies"] if not line.startswith("plotly")}
    template = ROOT / "core" / "export" / "templates" / "requirements.txt"
    assert set(template.read_text("utf-8").splitlines()) == needed
