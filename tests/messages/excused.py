"""Messages whose numbers are not counted from arrays, with the reason."""

EXCUSED = {
    "up to {n:,} MB per file": "a limit that the operator sets, in the style sheet of the uploader",
}
# By message, the test that compares its numbers, as file::function below tests.
TESTED = {
    "At most {most} files can be chosen…": (
        "ui/http/test_uploads.py"
        "::test_files_of_a_too_large_selection_are_refused_before_their_first_byte"
    ),
    "Uploads that are not opened yet exceed…": (
        "ui/http/test_uploads.py"
        "::test_a_too_large_upload_is_refused_with_a_message_whatever_its_headers"
    ),
    "The files have {found:,} MB in total…": (
        "ui/shell/test_uploader.py::test_the_limit_of_one_file_holds_for_all_together"
    ),
    "The ids, targets and groups have {found:,}…": (
        "runs/reading/test_reading_jobs.py::test_the_text_of_ids_is_limited"
    ),
    "The sheet extends to row {rows:,}…": (
        "core/reading/formats/binary/test_xlsx.py"
        "::test_a_cell_far_away_is_refused_before_the_sheet_is_read"
    ),
    "The text of the cells has {found:,}…": (
        "core/reading/formats/binary/test_xlsx.py::test_a_long_text_in_many_cells_is_refused"
    ),
    "The ONNX export differs from this model…": (
        "core/export/test_onnx.py::test_a_file_with_other_predictions_is_refused"
    ),
    "This network amplifies rounding…": (
        "ui/results/test_padding_check.py"
        "::test_what_cannot_be_decided_is_neither_passed_nor_called_a_leak"
    ),
    "This request took longer than the limit…": (
        "runs/scheduling/test_turns.py::test_a_request_that_takes_too_long_ends_with_an_error"
    ),
    "Your waiting requests would take…": (
        "runs/scheduling/test_turns.py"
        "::test_requests_that_fill_the_memory_of_the_server_are_refused"
    ),
    "Waiting: {n} training ahead…": (
        "runs/scheduling/test_fair_queue.py::test_queue_positions_are_distinct_and_ordered_by_time"
    ),
    "Waiting for a free worker; starts in {time}": (
        "runs/scheduling/test_fair_queue.py::test_whoever_waits_behind_others_waits_for_their_turns"
    ),
    "Paused so that others get a turn; resumes…{time}": (
        "runs/scheduling/test_fair_queue.py::test_whoever_waits_behind_others_waits_for_their_turns"
    ),
    "Split into windows of {n} steps": (
        "pages/test_data_reading.py"
        "::test_one_recording_is_split_into_windows_of_which_the_last_are_the_test_set"
    ),
    "Stopped after {hours:g} hours…": (
        "runs/jobs/test_heartbeat.py::test_a_continued_run_has_a_time_limit_of_its_own"
    ),
    "The worker of this run stopped unexpectedly…": (
        "runs/store/test_attempts.py::test_deaths_are_counted"
    ),
}
