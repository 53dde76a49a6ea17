import pytest

from ui.runs.model_card import prepare_markdown

CARD = """---
library_name: keras
---

# A model

```
pip install -r requirements.txt  # see www.example.org
```

Names: {name}, hash `12:ab`.
"""


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("x", "x"),
        ("www.example.org", "www\u2060.example.org"),
        (r"\`www.example.org\`", "\\`www\u2060.example.org\\`"),
        ("https://example.org", "https:\u2060//example.org"),
        ("$x$", r"\$x\$"),
        (r":red\[x\] :material/home:", r"\:red\[x\] \:material/home:"),
    ],
)
def test_names_in_a_card_are_text_and_code_is_unchanged(name, shown):
    text = prepare_markdown(CARD.format(name=name))
    assert text.startswith("\n# A model")
    assert "# see www.example.org" in text
    assert f"Names: {shown}, hash `12:ab`." in text
