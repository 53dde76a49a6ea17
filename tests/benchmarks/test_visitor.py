"""A visitor against a real server of a small app, which has everything a visitor can use."""

import pytest
from streamlit.proto.BackMsg_pb2 import BackMsg

from tests.support.app_server import AppServer
from tests.support.chromium import ARGUMENTS, executable
from tests.support.streamlit_client import Tab, Visitor

HOME = """
import time
import pandas as pd
import streamlit as st

st.title("Home")
here = st.session_state
here.runs = here.get("runs", 0) + 1
st.caption(f"run {here.runs}, cookie {st.context.cookies.get('seen', 'none')}, {st.context.locale}")

file = st.file_uploader("A file", key="upload")
if file is not None:
    st.markdown(f"{file.name}: {len(file.getvalue())} bytes")

if st.button("Count", key="count"):
    here.counted = here.get("counted", 0) + 1
st.metric("Counted", here.get("counted", 0))
st.button("Not now", disabled=True)

number = st.number_input("Epochs", value=10, step=1, key="epochs")
here.setdefault("text", "seeded")
text = st.text_input("A text", key="text")
sides = {"pre": "front", "post": "end"}
side = st.segmented_control("Side", list(sides), format_func=sides.get, default="pre")
several = st.multiselect("Several", ["a", "b", "c"], default=["a"])
box = st.selectbox("Box", ["x", "y"], index=1)
on = st.toggle("Switch")
st.markdown(f"epochs={number} text={text} side={side} several={several} box={box} on={on}")

def reset():
    here.text = "reset"

st.button("Reset", on_click=reset)
with st.form("form"):
    formed = st.number_input("In a form", value=1)
    st.form_submit_button("Send")
st.markdown(f"formed={formed}")

if st.button("Start"):
    here.live, here.polls = True, 0

@st.fragment(run_every=0.2 if here.get("live") else None)
def live():
    here.polls = here.get("polls", 0) + 1
    st.markdown(f"polls={here.polls} outside={here.runs}")
    if st.button("Inside"):
        here.inside = here.get("inside", 0) + 1
        st.markdown(f"inside={here.inside}")
    if here.polls % 2:
        st.caption("odd")
    if here.get("live") and here.polls >= 12:
        here.live = False
        st.rerun()

with st.container():
    live()
st.markdown("after the fragment")

st.dataframe(pd.DataFrame({"n": range(3)}))
st.dataframe(pd.DataFrame({"large": ["x" * 100] * 300}))
st.download_button("Now", b"made before", file_name="a.txt", on_click="ignore")
st.download_button("Later", lambda: b"made later", file_name="b.txt", on_click="ignore")
st.download_button("And again", "text", file_name="c.txt")
if st.button("Slow"):
    time.sleep(0.5)
if st.button("Break"):
    raise ValueError("broken on purpose")
if st.button("Refuse"):
    st.error("Refused: a word in row 3", icon=":material/error:")
if st.button("Sign"):
    st.query_params["run"] = "17"
if st.button("Switch over"):
    st.switch_page("pages/1_Other.py")
st.page_link("pages/1_Other.py", label="To the other page")
"""

OTHER = """
import streamlit as st

st.title("Other")
st.markdown(f"home ran {st.session_state.get('runs', 0)} times")
st.markdown(f"asked for {dict(st.query_params)}")
st.text_area("Words", "none yet")
with st.expander("Inside an expander"):
    st.caption("1\\\\.5 is plain")
st.page_link("app.py", label="Home")
"""


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    folder = tmp_path_factory.mktemp("app")
    (folder / "pages").mkdir()
    (folder / "app.py").write_text(HOME, encoding="utf-8")
    (folder / "pages" / "1_Other.py").write_text(OTHER, encoding="utf-8")
    quiet = {"STREAMLIT_BROWSER_GATHER_USAGE_STATS": "false"}
    with AppServer(folder, folder, **quiet) as server:
        yield server.address


@pytest.fixture
def visitor(address):
    with Visitor(address, cookies={"seen": "before"}, locale="de-DE") as visitor:
        visitor.open("/")
        yield visitor


def see(visitor, *words):
    for each in words:
        assert any(each in text for text in visitor.texts()), f"{each} is not in {visitor.texts()}"


def test_the_page_stands_there_with_the_visitors_cookies_and_language(visitor):
    see(visitor, "run 1, cookie before, de-DE", "Counted: 0", "after the fragment")
    assert visitor.texts()[0] == "Home"
    assert visitor.find("title").value == "Home"
    assert [len(frame) for frame in visitor.dataframes()] == [3, 300]
    assert visitor.dataframes()[0]["n"].tolist() == [0, 1, 2]
    assert {"seen", "_streamlit_xsrf"} <= set(visitor.cookies)
    assert [answer.what for answer in visitor.answers][-1] == "open /"
    assert all(0 < answer.seconds < 30 for answer in visitor.answers)


def test_buttons_by_label_and_by_key(visitor):
    assert 0 < visitor.click("Count") < 30
    visitor.click("count")
    assert visitor.find("metric", "Counted").value == "2"
    see(visitor, "run 3")


def test_values_stay_until_they_are_changed(visitor):
    see(visitor, "epochs=10 text=seeded side=pre several=['a'] box=y on=False")
    visitor.type("Epochs", 5)
    visitor.type("text", "typed")
    visitor.choose("Side", "end")
    visitor.choose("Several", "b", "c")
    visitor.choose("Box", "x")
    visitor.check("Switch")
    visitor.click("Count")
    see(visitor, "epochs=5 text=typed side=post several=['b', 'c'] box=x on=True")
    assert [visitor.value(name) for name in ("Epochs", "text", "Side", "Several", "Switch")] == [
        5,
        "typed",
        ["end"],
        ["b", "c"],
        True,
    ]
    visitor.click("Reset")  # by the script, in a callback
    assert visitor.value("A text") == "reset"
    visitor.click("Count")
    see(visitor, "epochs=5 text=reset")


def test_a_form_waits_for_its_button(visitor):
    assert visitor.type("In a form", 7) == 0
    visitor.click("Count")
    assert visitor.value("In a form") == 7
    see(visitor, "formed=1")
    visitor.click("Send")
    see(visitor, "formed=7")


def test_an_uploaded_file_and_another_in_its_place(visitor):
    visitor.upload("upload", "a.csv", b"1,2")
    see(visitor, "a.csv: 3 bytes")
    visitor.click("Count")
    see(visitor, "a.csv: 3 bytes")
    visitor.upload("A file", "b.csv", b"1" * 3_000_000)
    see(visitor, "b.csv: 3000000 bytes")
    assert [answer.what for answer in visitor.answers][-4:] == [
        "click Count",
        "PUT b.csv",
        "DELETE a.csv",
        "upload b.csv",
    ]


def test_a_fragment_repeats_by_itself_until_it_ends_itself(visitor):
    visitor.click("Start")
    see(visitor, "polls=1 outside=2", "odd")
    assert 0.1 < visitor.wait_for("polls=4", 10) < 5
    see(visitor, "polls=4 outside=2", "after the fragment")
    assert "odd" not in visitor.texts()  # what a repetition leaves out is gone
    visitor.wait_for(lambda visitor: any("outside=3" in text for text in visitor.texts()), 10)
    assert len(visitor.dataframes()) == 2  # the large one was only named this time
    visitor.look(0.5)
    polls = [answer for answer in visitor.answers if answer.what == "poll"]
    assert len(polls) >= 11
    visitor.look(0.5)
    assert [answer for answer in visitor.answers if answer.what == "poll"] == polls


def test_a_button_in_a_fragment_runs_the_fragment_only(visitor):
    visitor.click("Start")
    for number in range(1, 5):  # the next repetition takes the text away again
        visitor.click("Inside")
        see(visitor, f"inside={number}", "outside=2")
        visitor.look(0.19)
    visitor.click("Count")  # in the middle of repetitions
    see(visitor, "Counted: 1")


def test_a_text_that_does_not_come_is_told_with_what_is_there_instead(visitor):
    with pytest.raises(TimeoutError, match=r"waiting for 'never'.* 0\.2 s.*Counted: 0"):
        visitor.wait_for("never", 0.2)


def test_downloads(visitor):
    assert visitor.download("Now") == b"made before"
    assert visitor.download("Later") == b"made later"
    see(visitor, "run 1")
    assert visitor.download("And again") == b"text"
    see(visitor, "run 2")


def test_pages_keep_the_session_and_a_refresh_does_not(visitor):
    visitor.page_link("To the other page")
    assert (visitor.path, visitor.texts()[0]) == ("Other", "Other")
    see(visitor, "home ran 1 times", "asked for {}", "Inside an expander", "1.5 is plain")
    visitor.type("Words", "written")
    visitor.open("/")
    see(visitor, "run 2")
    visitor.open("/Other?run=abc")
    see(visitor, "home ran 2 times", "asked for {'run': 'abc'}")
    assert visitor.query == {"run": "abc"}
    visitor.refresh()
    see(visitor, "home ran 0 times", "asked for {'run': 'abc'}")
    visitor.page_link("Home")
    see(visitor, "run 1, cookie before")
    assert visitor.query == {}


def test_a_page_opens_cold_by_its_address(address):
    with Visitor(address) as visitor:
        visitor.open("/Other?run=abc")
        see(visitor, "home ran 0 times", "asked for {'run': 'abc'}")
        with pytest.raises(LookupError, match=r"No page “Nowhere”; there are \['', 'Other'\]"):
            visitor.open("/Nowhere")


def test_the_script_changes_the_address(visitor):
    visitor.click("Sign")
    assert visitor.query == {"run": "17"}
    visitor.click("Switch over")
    assert visitor.path == "Other"
    see(visitor, "home ran 3 times")


def test_every_error_is_noted_once(visitor):
    visitor.click("Refuse")
    visitor.click("Refuse")
    visitor.click("Break")
    see(visitor, "broken on purpose")
    visitor.click("Count")
    assert visitor.find_all("error") == []
    assert visitor.errors == ["Refused: a word in row 3", "broken on purpose"]


def test_what_a_visitor_cannot_do(visitor):
    with pytest.raises(RuntimeError, match="“Not now” is disabled"):
        visitor.click("Not now")
    with pytest.raises(
        LookupError, match=r"No button “Nothing” on /; there are \[\('Count', 'count'\)"
    ):
        visitor.click("Nothing")
    with pytest.raises(LookupError, match=r"“Side” has no option \{'pre'\}"):
        visitor.choose("Side", "pre")


@pytest.mark.further
@pytest.mark.skipif(executable() is None, reason="no Chromium on this machine")
def test_a_visitor_sends_what_chromium_sends(address, monkeypatch):
    """All of it, but for the number of repetitions, which the clock decides."""
    from playwright.sync_api import sync_playwright

    by_chromium, by_visitor = [], []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable(), args=[*ARGUMENTS])
        context = browser.new_context(locale="en-US", timezone_id="UTC", color_scheme="light")
        page = context.new_page()
        page.on(
            "websocket",
            lambda socket: socket.on("framesent", lambda frame: by_chromium.append(frame)),
        )

        def then(text):
            page.get_by_text(text).first.wait_for()
            page.wait_for_timeout(300)

        page.goto(f"{address}/?run=abc")
        for name in ("Epochs", "A text", "Several", "Box", "Switch", "In a form"):  # in any order
            page.get_by_label(name).first.wait_for(state="attached")
        then("after the fragment")
        page.get_by_role("button", name="Count").click()
        then("run 2,")
        page.get_by_label("Epochs").fill("5")
        page.get_by_label("Epochs").press("Enter")
        then("epochs=5")
        page.get_by_role("radio", name="end").click(force=True)
        then("side=post")
        page.get_by_label("In a form").fill("7")
        page.get_by_role("button", name="Send").click()
        then("formed=7")
        page.get_by_role("button", name="Reset").click()
        then("text=reset")
        page.get_by_role("button", name="Inside").click()
        then("inside=1")
        page.get_by_role("link", name="To the other page").click()
        then("home ran 6 times")
        page.get_by_role("link", name="Home").click()
        then("run 7,")
        page.get_by_role("button", name="Start").click()
        then("outside=9")
        browser.close()

    send = Tab.send

    def recorded(tab, message):
        by_visitor.append(message.SerializeToString())
        send(tab, message)

    monkeypatch.setattr(Tab, "send", recorded)
    with Visitor(address) as visitor:
        visitor.open("/?run=abc")
        visitor.click("Count")
        visitor.type("Epochs", 5)
        visitor.choose("Side", "end")
        visitor.type("In a form", 7)
        visitor.click("Send")
        visitor.click("Reset")
        visitor.click("Inside")
        visitor.page_link("To the other page")
        visitor.page_link("Home")
        visitor.click("Start")
        visitor.wait_for("outside=9")
    for ours, theirs in zip(told(by_visitor), told(by_chromium), strict=True):
        assert str(ours) == str(theirs)


def told(sent):
    """Messages in an order of their own inside, repetitions once."""
    messages = [BackMsg.FromString(each) for each in sent]
    for message in messages:
        widgets = sorted(message.rerun_script.widget_states.widgets, key=lambda each: each.id)
        del message.rerun_script.widget_states.widgets[:]
        message.rerun_script.widget_states.widgets.extend(widgets)
    polls = [message.rerun_script.is_auto_rerun for message in messages]
    return [
        message
        for message, poll, before in zip(messages, polls, [False, *polls], strict=False)
        if not (poll and before)
    ]
