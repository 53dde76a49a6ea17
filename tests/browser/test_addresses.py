"""The address bar and what is set on a page, when requests and news cross on their way."""

from benchmarks.visitor import Visitor


def test_a_request_that_was_sent_before_the_address_changed_changes_nothing_back(address):
    with Visitor(address) as visitor:
        visitor.open("/Train")
        before = visitor.query_string
        visitor.type("Epochs", 7)
        visitor.forget_address(before)
        visitor.type("Batch size, in sequences", 3)
        assert (visitor.value("Epochs"), visitor.value("Batch size, in sequences")) == (7, 3)
        assert (visitor.query["epochs"], visitor.query["batch_size"]) == ("7", "3")


def test_a_request_with_the_run_before_does_not_bring_it_back(address):
    with Visitor(address) as visitor:
        visitor.open("/Train?data=example&epochs=2")
        visitor.click("Start training")
        visitor.wait_for("2 epochs in")
        visitor.type("Epochs", 3)
        first = visitor.query_string
        visitor.click("Train again")
        visitor.forget_address(first)
        visitor.type("Seed", 5)
        visitor.wait_for("3 epochs in")


def test_back_and_forward_bring_back_what_the_address_said(address):
    with Visitor(address) as visitor:
        visitor.open("/Train?data=example&epochs=2")
        visitor.click("Start training")
        visitor.wait_for("2 epochs in")
        first = visitor.query_string
        visitor.type("Epochs", 3)
        visitor.click("Train again")
        visitor.wait_for("3 epochs in")
        second = visitor.query_string
        assert visitor.query["run"] not in first
        visitor.go_back(first)
        visitor.wait_for("2 epochs in")
        assert visitor.value("Epochs") == 2
        visitor.go_back(second)
        visitor.wait_for("3 epochs in")
        assert visitor.value("Epochs") == 3
