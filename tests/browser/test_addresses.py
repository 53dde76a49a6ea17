"""The address bar and the settings of a page, when requests and responses cross."""

import pytest

from tests.support.streamlit_client import Visitor

CSV = "id,time,value,target\n" + "".join(
    f"{i},{t},{t + i},{i}.5\n" for i in range(5) for t in (1, 2)
)


def get_data_in_use(visitor: Visitor) -> str:
    return visitor.value("Data in use")


def test_a_request_sent_before_the_url_changed_reverts_nothing(address):
    with Visitor(address) as visitor:
        visitor.open("/Train")
        before = visitor.query_string
        visitor.type("Epochs", 7)
        visitor.forget_address(before)
        visitor.type("Batch size, in sequences", 3)
        assert (visitor.value("Epochs"), visitor.value("Batch size, in sequences")) == (7, 3)
        assert (visitor.query["epochs"], visitor.query["batch_size"]) == ("7", "3")


def test_a_request_with_the_previous_run_does_not_restore_it(address):
    with Visitor(address) as visitor:
        visitor.open("/Train?data=example&epochs=2")
        visitor.click("Start training")
        visitor.wait_for("2 epochs in")
        visitor.click("Change")
        visitor.type("Epochs", 3)
        first = visitor.query_string
        visitor.click("Train again")
        visitor.forget_address(first)
        visitor.click("Change")
        visitor.type("Seed", 5)
        visitor.wait_for("3 epochs in")


def test_back_and_forward_restore_the_state_of_the_url(address):
    with Visitor(address) as visitor:
        visitor.open("/Train?data=example&epochs=2")
        visitor.click("Start training")
        visitor.wait_for("2 epochs in")
        first = visitor.query_string
        visitor.click("Change")
        visitor.type("Epochs", 3)
        visitor.click("Train again")
        visitor.wait_for("3 epochs in")
        second = visitor.query_string
        assert visitor.query["run"] not in first
        visitor.go_back(first)
        visitor.wait_for("2 epochs in")
        visitor.go_back(second)
        visitor.wait_for("3 epochs in")
        visitor.click("Change")
        assert visitor.value("Epochs") == 3


@pytest.mark.parametrize("whose", ["nobody", "somebody else"])
def test_settings_beside_another_visitors_run_are_not_applied(address, whose):
    run = "nope"
    if whose == "somebody else":
        with Visitor(address) as owner:
            owner.open("/Train?data=example&epochs=2")
            owner.click("Start training")
            run = owner.query["run"]
    with Visitor(address) as reader:
        reader.open("/Train?data=real_zeros&epochs=44")
        assert get_data_in_use(reader) == "Real zeros"
        reader.open("/Mask")
        with Visitor(address, reader.cookies) as again:
            again.open(f"/Train?v=2&data=example&epochs=3&run={run}")
            assert get_data_in_use(again) == "Real zeros"
            again.open("/Train")
            assert again.value("Epochs") == 44


def test_back_after_reading_the_file_again_keeps_the_data_open(address):
    with Visitor(address) as visitor:
        visitor.open("/Data")
        visitor.upload("upload", "own.csv", CSV.encode())
        before = visitor.query_string
        visitor.click("Change")
        visitor.check("Time since the last step as a feature")
        visitor.click("Use these columns")
        assert get_data_in_use(visitor) == "own.csv"
        visitor.go_back(before)
        assert get_data_in_use(visitor) == "own.csv"
        assert "This data set is not available to you." not in visitor.texts()


def test_a_sample_that_was_read_again_is_the_visitors_own_data(address):
    with Visitor(address) as visitor:
        visitor.open("/Data?data=japanese_vowels")
        assert visitor.query["data"] == "japanese_vowels"
        visitor.click("Change")
        visitor.choose("Kind of target", "one per step")
        visitor.click("Use these columns")
        assert visitor.query["data"] != "japanese_vowels"
        visitor.page_link("Train")
        assert "not your data" in " ".join(visitor.texts())
        with Visitor(address, visitor.cookies) as again:
            again.open("/Train?v=2&data=japanese_vowels&epochs=5")
            assert again.query["return_sequences"] == "no"


def test_back_to_another_page_keeps_the_settings_that_it_does_not_name(address):
    with Visitor(address) as visitor:
        visitor.open("/Mask")
        mask = visitor.query_string
        visitor.page_link("Train")
        visitor.type("Epochs", 7)
        visitor.open(f"/Mask?{mask}")
        visitor.page_link("Train")
        assert visitor.value("Epochs") == 7
