"""Templates of scripts, in the folder of their family."""

from __future__ import annotations

import functools
from importlib import resources

import jinja2


@functools.cache
def load_template(package: str, name: str) -> jinja2.Template:
    """Load a template of a script.

    Args:
        package: The package with the template.
        name: Name of its file.
    """
    environment = jinja2.Environment(
        autoescape=False,  # the script is not HTML
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    text = resources.files(package).joinpath(name).read_text(encoding="utf-8")
    return environment.from_string(text)
