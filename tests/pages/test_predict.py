import pytest

from tests.pages.conftest import labelled, until


@pytest.fixture
def predict(app):
    return app.switch_page("pages/4_Predict.py").run()


def tables(page):
    """Those of predictions; another one lists what was wrong in a file."""
    return [frame.value for frame in page.dataframe if "prediction" in frame.value]


def test_opened_cold_it_trains_the_example_and_predicts(predict):
    until(predict, tables)
    [table] = tables(predict)
    assert table["steps"].tolist() == [1]
    assert 1.6 < table["prediction"][0] < 2.4


def test_a_file_of_new_sequences_with_targets_is_predicted_and_scored(predict):
    until(predict, tables)
    content = b'sequence,target\n"[1]",2\n"[2, 5]",4\n"[3, 9, 9, 4, 8]",6\n'
    predict.file_uploader(key="predict-file-0").upload("new.csv", content, "text/csv").run()
    until(predict, lambda app: len(tables(app)) == 2)
    assert tables(predict)[1]["target"].tolist() == [2, 4, 6]
    assert float(labelled(predict.metric, "MAE").value) < 0.5
    assert "**On these 3 sequences with known targets**" in [m.value for m in predict.markdown]


def test_new_data_with_missing_values_is_predicted_once_it_is_said_what_becomes_of_them(predict):
    until(predict, tables)
    content = b'sequence\n"[1, null, 2]"\n"[2]"\n'
    predict.file_uploader(key="predict-file-0").upload("new.csv", content, "text/csv").run()
    labelled(predict.button, "Drop the step").click().run()
    until(predict, lambda app: len(tables(app)) == 2)
    assert tables(predict)[1]["steps"].tolist() == [2, 1]


@pytest.mark.parametrize("text", ["[1.5", "[[1, 2], [3, 4]] x", "[]"])
def test_text_that_is_no_sequence_is_explained(predict, text):
    until(predict, tables)
    labelled(predict.text_area, "Sequences").set_value(text).run()
    assert not predict.exception
    assert len(predict.error) == 1


def test_data_without_a_model_leads_to_train(app):
    app.switch_page("pages/1_Data.py").run()
    app.button(key="sample-Japanese vowels").click().run()
    app.switch_page("pages/4_Predict.py").run()
    assert "No model has been trained" in app.info[0].value
