"""The form of Compare has room for all values of a setting."""

from playwright.sync_api import expect


def test_all_values_of_one_setting_can_be_seen(page):
    page.goto("/Compare?data=example&vary.pooling=last|mean|max|attention")
    pills = page.get_by_test_id("stButtonGroup").filter(has_text="Pooling over steps")
    values = pills.get_by_role("button")
    expect(values).to_have_count(6)  # five, and several at once
    group, boxes = pills.bounding_box(), [value.bounding_box() for value in values.all()]
    width = page.viewport_size["width"]
    # What is beyond the group is not drawn.
    end = min(group["x"] + group["width"], width)
    assert max(box["x"] + box["width"] for box in boxes) <= end
    assert len({box["y"] for box in boxes}) == 1 or width < 1000
