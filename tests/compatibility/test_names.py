"""Names that hosts depend on: variables, files and page addresses of commit 3c4f589."""

from pathlib import Path

from runs.settings import Settings, list_variables

ROOT = Path(__file__).parents[2]
LIMITS = (
    "DAYS_KEPT",
    "DATA_SETS",
    "RUNS",
    "MEGABYTES",
    "STEPS",
    "WAITING_RUNS",
    "RUNNING_RUNS",
    "RUN_HOURS",
    "RUN_WEIGHTS",
)
VARIABLES = {"UNPADDED_DATA", "UNPADDED_WORKERS", "DATABASE_URL", "DASK_SCHEDULER_ADDRESS"}
PAGES = ("1_Data", "2_Mask", "3_Train", "4_Predict", "5_Compare", "6_Runs")


def test_every_variable_is_still_a_setting():
    assert VARIABLES | {f"UNPADDED_{name}" for name in LIMITS} <= set(list_variables())
    settings = Settings.from_environment({f"UNPADDED_{name}": "7" for name in LIMITS})
    assert {getattr(settings.limits, name.lower()) for name in LIMITS} == {7}


def test_start_commands_of_hosts_keep_working():
    for path in ("app.py", "runs/dask.yaml", "deploy/nginx.conf", "compose.yaml", "Dockerfile"):
        assert (ROOT / path).is_file()
    assert all((ROOT / "pages" / f"{page}.py").is_file() for page in PAGES)
