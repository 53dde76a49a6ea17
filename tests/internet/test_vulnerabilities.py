"""Known vulnerabilities of what is installed, by ``python -m pip_audit --local``, where PyPI's
advisories can be reached."""

import json
import subprocess
import sys
import urllib.request

import pytest

# What is asked for each package; a mirror may know a package and no advisories about its versions.
ADVISORIES = "https://pypi.org/pypi/pytest/{}/json"


def test_no_installed_package_has_a_known_vulnerability():
    try:
        urllib.request.urlopen(ADVISORIES.format(pytest.__version__), timeout=5).close()
    except OSError as error:
        pytest.skip(f"no advisories from PyPI here: {error}")
    audit = [
        sys.executable,
        "-m",
        "pip_audit",
        "--local",
        "--format=json",
        "--progress-spinner=off",
    ]
    done = subprocess.run(audit, capture_output=True, text=True, timeout=300)
    if not done.stdout:
        pytest.skip(f"the audit was cut off: {done.stderr[-300:]}")
    found = json.loads(done.stdout)["dependencies"]
    audited = {each["name"]: each["vulns"] for each in found if "vulns" in each}
    assert audited
    assert {name: known for name, known in audited.items() if known} == {}
