from runs import RunLine, RunState
from ui.runs.grouping import Group, complete_comparisons, group_lines


def make_line(id: str, comparison: str | None = None) -> RunLine:
    return RunLine(id, "name", RunState.FINISHED, "data", "", comparison, "")


def test_runs_of_a_comparison_are_one_group_at_the_place_of_the_newest():
    lines = [make_line("a"), make_line("b", "x"), make_line("c"), make_line("d", "x")]
    assert group_lines(lines) == [
        Group(None, ("a",)),
        Group("x", ("b", "d")),
        Group(None, ("c",)),
    ]


def test_a_comparison_with_a_matching_run_is_complete():
    a, b, c, d = lines = [
        make_line("a"),
        make_line("b", "x"),
        make_line("c", "y"),
        make_line("d", "x"),
    ]
    assert complete_comparisons([d], lines) == [b, d]
    assert complete_comparisons([a], lines) == [a]
    assert complete_comparisons([c, a], lines) == [a, c]
    assert complete_comparisons([], lines) == []
