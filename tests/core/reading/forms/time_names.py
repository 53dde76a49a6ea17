"""Names of times in five languages, and the same or similar names of measurements."""

from .expected import Case
from .tables import LENGTHS, measure, write_long

FIRST = [measure(0, step) for step in range(LENGTHS[0])]
ROLES = {
    "id": "run_id",
    "target": "label",
    "lengths": LENGTHS,
    "targets": ["ok", "fault", "ok"],
    "kind": "words",
}


def _seconds(i, t):
    return f"{0.5 * t:.1f}"


def _counted(i, t):
    return t + 1


def _milliseconds(i, t):
    return 20 * t


def _unix(i, t):
    return 1_700_000_000 + 86_400 * i + 60 * t


def _iso(i, t):
    return f"2025-03-{i + 1:02}T08:{t:02}:30Z"


def _date(i, t):
    return f"2025-{i + 1:02}-{t + 10}"


def _dotted(i, t):
    return f"{t + 12:02}.{i + 1:02}.2025"


def _clock(i, t):
    return f"{8 + i:02}:{5 * t:02}:00"


NAMES = {
    # English
    "Time (s)": _seconds,
    "time_ms": _milliseconds,
    "t[s]": _seconds,
    "ts": _unix,
    "timestamp_utc": _iso,
    "event_time": _iso,
    "created_at": _iso,
    "Date/Time": _iso,
    "elapsed": _seconds,
    "sec": _seconds,
    "sample_no": _counted,
    "cycle": _counted,
    "Elapsed Time [ms]": _milliseconds,
    "recordedAt": _iso,
    "frame": _counted,
    "Day": _counted,
    "week": _counted,
    "unixtime": _unix,
    "measurement_time": _iso,
    "Timestamp (UTC)": _iso,
    "time_sec": _seconds,
    "Sample Index": _counted,
    "step": _counted,
    "start_time": _iso,
    "TimeStamp": _unix,
    "epoch_ms": lambda i, t: 1000 * _unix(i, t),
    # German
    "Zeit": _seconds,
    "Datum": _dotted,
    "Zeit [s]": _seconds,
    "Uhrzeit": _clock,
    "Zeitstempel": _iso,
    "Messzeitpunkt": _iso,
    "Sekunden": _seconds,
    "Takt": _counted,
    "Zyklus": _counted,
    "Tag": _counted,
    "Aufnahmedatum": _dotted,
    # French
    "temps": _seconds,
    "Temps (s)": _seconds,
    "horodatage": _iso,
    "date_mesure": _date,
    "Heure": _clock,
    "jour": _counted,
    "cycle_no": _counted,
    "instant": _seconds,
    "date et heure": _iso,
    # Spanish
    "tiempo": _seconds,
    "Tiempo (ms)": _milliseconds,
    "fecha": _date,
    "Fecha y hora": _iso,
    "hora": _clock,
    "marca_de_tiempo": _iso,
    "segundos": _seconds,
    "ciclo": _counted,
    "día": _counted,
    # Chinese
    "时间": _seconds,
    "时间(秒)": _seconds,
    "时间戳": _unix,
    "采集时间": _iso,
    "日期": _date,
    "采样时间": _iso,
    "周期": _counted,
    "秒": _seconds,
    "记录时间": _iso,
    "帧": _counted,
}


def _name(name, time, place=2):
    def cells(i, t):
        row = [f"R{i}", measure(i, t), ["ok", "fault"][i % 2]]
        row.insert(place, time(i, t))
        return row

    header = ["run_id", "load", "label"]
    header.insert(place, name)
    return write_long(header, cells, shuffle=True)


def _name_feature(name, value):
    return write_long(
        ["run_id", "t", name, "load", "label"],
        lambda i, t: [f"R{i}", t, value(i, t), measure(i, t), ["ok", "fault"][i % 2]],
    )


def _vary(i, t):
    return [4, 9, 2, 9, 7, 1, 5][(t + 2 * i) % 7]


FEATURES = {
    "sec": lambda i, t: [0.31, 0.12, 0.4, 0.12, 0.25, 0.31, 0.02][(t + i) % 7],  # secondary coil
    "ts": lambda i, t: 400 + _vary(i, t),  # tensile strength
    "cycle": _vary,
    "index": _vary,
    "elapsed": _vary,
    "hour": lambda i, t: (22 + t) % 3,
    "days": _vary,
    "min": lambda i, t: measure(i, t, 2),  # the lowest value
    "frame": _vary,
    "step": lambda i, t: 1 + _vary(i, t) % 3,  # of a recipe
    "reaction_time": lambda i, t: measure(i, t, 3),
    "Settling Time (s)": lambda i, t: measure(i, t, 3),
    "train": lambda i, t: 100 + _vary(i, t),
    "set": lambda i, t: 1 + _vary(i, t) % 4,
    "Reaktionszeit": lambda i, t: measure(i, t, 3),
    "tiempo_de_respuesta": lambda i, t: measure(i, t, 3),
    "temps_de_reponse": lambda i, t: measure(i, t, 3),
    "反应时间": lambda i, t: measure(i, t, 3),
    "Tag": lambda i, t: _vary(i, t) % 3,
}

CASES = [
    *(
        Case(
            f"{name} is the time",
            _name(name, time),
            **ROLES,
            time=name,
            features=("load",),
            first=FIRST,
        )
        for name, time in NAMES.items()
    ),
    *(
        Case(
            f"near miss: {name} is a feature",
            _name_feature(name, value),
            **ROLES,
            time="t",
            features=(name, "load"),
        )
        for name, value in FEATURES.items()
    ),
    Case(
        "near miss: a date of birth is not the time",
        _name_feature("date_of_birth", lambda i, t: f"19{60 + i}-0{i + 1}-17"),
        **ROLES,
        time="t",
        features=("load",),
        infos=("date_of_birth",),
    ),
    Case(
        "near miss: a Geburtsdatum without a time leaves the order of the file",
        write_long(
            "run_id,Geburtsdatum,load,label",
            lambda i, t: [
                f"R{i}",
                f"17.0{i + 1}.19{60 + i}",
                measure(i, t),
                ["ok", "fault"][i % 2],
            ],
        ),
        **ROLES,
        features=("load",),
        first=FIRST,
        warnings=("order of the file",),
        infos=("Geburtsdatum",),
    ),
]
