"""Check English texts against the style guide: ``python -m ui.locales --style``.

A phrase is a mistake where the field has a term for it, or where current technical English says
it in another way. Sentences have at most ``MAX_WORDS`` words.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

MAX_WORDS = 20  # per sentence
PHRASES = {
    # archaic or literary constructions
    r"so many": "the number, or “as many”",
    r"of (?:which|whom)": "a second sentence",
    r"goes on|go on|went on|gone on|going on": "continue",
    r"anew": "again",
    r"stands?|stood|standing": "is, or replaces",
    r"told|is telling": "show, or “cannot tell”",
    r"that is, too|, too": "also",
    r"takes? the place of|took the place of": "replace",
    r"begun": "started",
    r"whoever": "anyone who",
    r"alike": "the same way",
    r"thereof|thereby|otherwise than": "a plain clause",
    r"(?<!there )(?:is|are|was|were) no(?! (?:longer|better|worse|more|less)\b)": "is not",
    r"(?<!there )(?:is|are|was|were) none": "is not",
    r"in all(?=[,.;:)]|$)": "total",
    r"the most (?:a|an|it|this|one|that)": "the limit is",
    r"taken for": "used as",
    r"how early": "accuracy after part of the sequence",
    r"how far to trust": "calibration",
    r"what was taken": "confusion matrix",
    r"what (?:it|they) (?:has|have|had) learned": "the trained model, or the last checkpoint",
    # words that the glossary replaces
    r"take (?:it )?away|takeaway": "export",
    r"brought back|brings? (?:it )?back": "import",
    r"judg(?:e|es|ed|ing|ement)": "evaluate",
    r"sets? apart|took no part|takes? no part": "hold out, or separate",
    r"rivals?|simple models?": "baseline",
    r"prov(?:e|es|ed|ing)|proofs?": "padding check",
    r"figures?": "metric, chart or value",
    r"(?<!your )answer(?:s|ed|ing)?": "prediction, or response",  # yours are to questions
    r"learn(?:s|ed)? from": "trained on",
    r"constant features?": "static feature",
    r"(?<!model )cards?": "model card",
    r"both ways": "bidirectional",
    r"in front|behind|other side": "pre or post, start or end",
    r"weigh(?:s|ed)? (?:the )?classes": "balance classes",
    r"pieces?": "window",
    # “per”, not “a”
    r"(?:one|once|twice|features|steps|numbers?|values?|targets?|names?|seconds|sequences|words?|"
    r"times?|lists?) an? "
    r"(?:epoch|step|second|minute|hour|sequence|row|line|seed|batch|feature|class|run|visitor|file)"
    r"(?! of\b)": "per",
    r"a step a row|a row a step|time a training|an? (?:sequence|file|row|step|class) each": "per",
}
PERCENT = re.compile(r"[\d}] %")  # the format is 95%
# A literal, such as [[1], [2, 5]] or `--template=template0`, is one word.
LITERAL = re.compile(r"\[\[.*?\]\]|\[[\d., ]*\]|`[^`]*`|“[^”]*”|\{[^}]*\}|\([\w{}, ]*,[\w{}, ]*\)")
PLACEHOLDER = re.compile(r"\{[^}]*\}")  # its name is not on screen
END_OF_SENTENCE = re.compile(r"(?<=[.!?…])[”*)]*\s+|\n+")
ABBREVIATIONS = re.compile(r"\b(?:e\.g|i\.e|vs|approx)\.")
_PHRASES = {re.compile(rf"(?i)(?<!\w)(?:{phrase})(?!\w)"): use for phrase, use in PHRASES.items()}


def find_mistakes(text: str) -> Iterator[str]:
    """Find what the style guide forbids in an English text.

    >>> list(find_mistakes("The training goes on."))
    ['“goes on”: continue']
    """
    yield from (f"“{found}”: {use}" for found, use in find_phrases(text))
    if PERCENT.search(text):
        yield "space before %"
    for sentence in split_sentences(text):
        if (words := count_words(sentence)) > MAX_WORDS:
            yield f"{words} words: {sentence}"


def find_phrases(text: str) -> Iterator[tuple[str, str]]:
    """Find forbidden phrases, and what to use instead."""
    for phrase, use in _PHRASES.items():
        visible = PLACEHOLDER.sub("x", text)
        yield from ((match[0].strip(), use) for match in phrase.finditer(visible))


def split_sentences(text: str) -> list[str]:
    """Split a text into sentences; a line of its own is one."""
    return END_OF_SENTENCE.split(ABBREVIATIONS.sub("such as", text).strip())


def count_words(sentence: str) -> int:
    """Count the words of a sentence; a placeholder, a quotation or a literal is one.

    >>> count_words("Give lists, as in [[1], [2, 5]].")
    5
    """
    return sum(any(map(str.isalnum, word)) for word in LITERAL.sub("x", sentence).split())
