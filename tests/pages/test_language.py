"""The whole app in the browser's language, or in the chosen one."""

import pytest
from streamlit.runtime.scriptrunner import get_script_run_ctx

from tests.support.app_pages import find_labelled, wait_until
from ui import i18n

TITLES = {
    "1_Data": "数据",
    "2_Mask": "填充与掩码",
    "3_Train": "训练",
    "4_Predict": "预测",
    "5_Compare": "对比",
    "6_Runs": "运行记录",
}


@pytest.fixture(autouse=True)
def _choices_are_read_in_chinese(monkeypatch):
    """AppTest reads the labels of a choice outside the page's thread."""
    of_thread = i18n.get_language
    monkeypatch.setattr(
        i18n,
        "get_language",
        lambda: of_thread() if get_script_run_ctx(suppress_warning=True) else "zh_CN",
    )


def choose_language(app, language):
    """Choose a language with the switch."""
    return app.sidebar.button_group(key="language").set_value(language).run()


@pytest.mark.slow
def test_pages_are_in_the_browsers_language(app):
    app.context["locale"] = "zh-Hans-CN"
    assert app.run().title[0].value == "在序列上训练，而不是在填充上"
    for page, title in TITLES.items():
        app.switch_page(f"pages/{page}.py").run()
        assert not app.exception, app.exception
        assert [each.value for each in app.title] == [title]
        assert "3条序列，8步" in app.sidebar.markdown[1].value


@pytest.mark.slow
def test_the_switch_translates_everything_in_one_run_and_keeps_typed_text(app):
    app.context["locale"] = "de-DE"
    app.run().switch_page("pages/2_Mask.py").run()
    assert app.title[0].value == "Padding and mask"
    find_labelled(app.text_input, "Sequences").set_value("2-3").run()
    choose_language(app, "zh_CN")
    assert app.title[0].value == "填充与掩码"
    assert find_labelled(app.text_input, "序列").value == "2-3"
    assert app.session_state["state"].language == "zh_CN"
    app.switch_page("pages/6_Runs.py").run()
    assert app.title[0].value == "运行记录"
    choose_language(app, "en")
    assert app.title[0].value == "Runs"
    app.switch_page("pages/2_Mask.py").run()
    assert app.title[0].value == "Padding and mask"


def test_a_language_of_another_version_is_replaced_by_the_browsers(app):
    app.context["locale"] = "zh-CN"
    app.session_state["state"].language = "a language of a later version"
    assert app.switch_page("pages/1_Data.py").run().title[0].value == TITLES["1_Data"]


@pytest.mark.slow
def test_problems_of_a_file_are_explained_in_the_visitors_language(app):
    app.context["locale"] = "zh-CN"
    app.run().switch_page("pages/1_Data.py").run()
    app.text_area[0].set_value("id,t,value,target\na,1,x,2\na,2,5,2\nb,1,7,4")
    find_labelled(app.button, "读取").click().run()
    assert "不是数字的单元格按缺失计：1个，第一个在第2行value列" in app.warning[1].value
    app.text_area[0].set_value("id,t,value,target\na,1,1,2\na,2,5,2\nb,1,7,4")
    find_labelled(app.button, "读取").click().run()
    assert not app.error
    assert any("“id”有重复，且“t”在其中递增：long 布局" in each.value for each in app.markdown)
    assert "粘贴的文本" in app.sidebar.selectbox[0].options


def test_a_run_and_its_results_are_translated_too(app):
    app.context["locale"] = "zh-CN"
    find_labelled(app.run().button, "训练网络").click().run()
    wait_until(app, lambda app: [each for each in app.metric if "的预测" in each.label])
    assert any("已完成" in each.value and "100轮" in each.value for each in app.markdown)
    assert app.dataframe[0].value.columns.tolist() == ["序列", "预测", "目标"]
