"""Ids of one and of several columns, and columns that give the target away."""

from itertools import product

from .expected import Case
from .tables import measure, write_csv, write_long

ACTIVITIES = ["laufen", "Treppe", "sitzen"]


def _cross(header, parts, row, steps=4):
    """Write ``steps`` rows for each combination of the parts."""
    return write_csv(
        header,
        [
            row(number, part, t)
            for number, part in enumerate(product(*parts))
            for t in range(steps + number % 3)
        ],
    )


def _lengths(count, steps=4):
    return tuple(steps + number % 3 for number in range(count))


CASES = [
    Case(
        "subject, activity, trial",
        _cross(
            "subject,activity,trial,t,acc",
            ([1, 2, 5], ACTIVITIES, [1, 2]),
            lambda n, part, t: [*part, t, measure(n, t)],
        ),
        id=("subject", "activity", "trial"),
        time="t",
        features=("acc",),
        lengths=_lengths(18),
        first=[measure(0, t) for t in range(4)],
    ),
    Case(
        "patient, visit",
        _cross(
            "patient,visit,minute,glucose,label",
            (["K-17", "K-21", "K-40", "M-02"], [1, 2, 3]),
            lambda n, part, t: [*part, 15 * t, measure(n, t), ["hypo", "normal"][n % 2]],
        ),
        id=("patient", "visit"),
        time="minute",
        target="label",
        features=("glucose",),
        lengths=_lengths(12),
        first=[measure(0, t) for t in range(4)],
        targets=["hypo", "normal"],
    ),
    Case(
        "Proband, Durchgang",
        _cross(
            "Proband;Durchgang;Zeit;Kraft".replace(";", ","),
            (["AB", "CD", "EF"], ["D1", "D2"]),
            lambda n, part, t: [*part, t, measure(n, t)],
        ),
        id=("Proband", "Durchgang"),
        time="Zeit",
        features=("Kraft",),
        lengths=_lengths(6),
        infos=("Proband",),
    ),
    Case(
        "participante, sesión",
        _cross(
            "participante,sesión,tiempo,pulso",
            (["p1", "p2", "p3"], [1, 2]),
            lambda n, part, t: [*part, t, measure(n, t)],
        ),
        id=("participante", "sesión"),
        time="tiempo",
        features=("pulso",),
        lengths=_lengths(6),
        infos=("participante",),
    ),
    Case(
        "患者, 就诊",
        _cross(
            "患者,就诊,时间,血糖",
            (["甲", "乙", "丙"], [1, 2]),
            lambda n, part, t: [*part, t, measure(n, t)],
        ),
        id=("患者", "就诊"),
        time="时间",
        features=("血糖",),
        lengths=_lengths(6),
        infos=("患者",),
    ),
    *(
        Case(
            f"{name} is the id",
            write_long(f"{name},t,v,label", lambda i, t: [f"x{i}", t, measure(i, t), "ab"[i % 2]]),
            id=name,
            time="t",
            target="label",
            features=("v",),
            lengths=(6, 4, 7, 5, 6, 4, 5, 7),
        )
        for name in ("patientId", "deviceID", "Subject", "record", "SampleID", "编号")
    ),
    Case(
        "ids that are chosen",
        _cross(
            "rat,day,frame,x,y",
            (["R1", "R2"], [1, 2, 3]),
            lambda n, part, t: [*part, t, measure(n, t), measure(n, t, 1)],
        ),
        id=("rat", "day"),
        time="frame",
        features=("x", "y"),
        lengths=_lengths(6),
        first=[[measure(0, 0), measure(0, 0, 1)]],
        options={"id": ["rat", "day"]},
    ),
    Case(
        "a few duplicates are reported",
        write_long(
            "device,ts,volt,class",
            lambda i, t: [f"d{i}", t - (i == 0 and t == 900), measure(i, t % 11), "AB"[i % 2]],
            (1000, 900),
        ),
        id="device",
        time="ts",
        target="class",
        features=("volt",),
        lengths=(1000, 900),
        warnings=("that repeat a time",),
    ),
    Case(
        "many duplicates that no column explains",
        write_long(
            "device,time,volt,class",
            lambda i, t: [f"d{i}", t // 2, measure(i, t), "AB"[i % 2]],
            (12, 10, 14),
        ),
        id="device",
        time="time",
        target="class",
        features=("volt",),
        lengths=(12, 10, 14),
        questions=("another column may be part",),
        warnings=("that repeat a time",),
    ),
    Case(
        "two columns that tell sequences apart equally well",
        write_csv(
            "user,sensor,side,t,v",
            [
                [
                    user,
                    device,
                    "LR"[(device == "wrist") ^ (t % 2)],
                    t,
                    measure(i, t, device == "wrist"),
                ]
                for i, user in enumerate(["u1", "u2", "u3"])
                for t in range(6)
                for device in ("wrist", "ankle")
            ],
        ),
        id=("user", "sensor"),
        time="t",
        lengths=(6,) * 6,
        questions=("side",),
    ),
    Case(
        "a code beside its label",
        write_long(
            "trip,t,speed,label_id,label",
            lambda i, t: [f"T{i}", t, measure(i, t), i % 3, ["bus", "car", "bike"][i % 3]],
        ),
        id="trip",
        time="t",
        target="label",
        features=("speed",),
        lengths=(6, 4, 7, 5, 6, 4, 5, 7),
        warnings=("label_id",),
    ),
    Case(
        "a class code beside its class",
        write_long(
            "trip,t,speed,class,class_code",
            lambda i, t: [f"T{i}", t, measure(i, t), ["bus", "car"][i % 2], i % 2 + 1],
        ),
        id="trip",
        time="t",
        target="class",
        features=("speed",),
        lengths=(6, 4, 7, 5, 6, 4, 5, 7),
        warnings=("class_code",),
    ),
    Case(
        "near miss: trials that count on through all subjects",
        _cross(
            "subject,trial,t,acc,label",
            (["s1", "s2", "s3"], [1, 2]),
            lambda n, part, t: [part[0], n + 1, t, measure(n, t), "ab"[n % 2]],
        ),
        id="trial",
        time="t",
        target="label",
        lengths=_lengths(6),
        first=[measure(0, 0)],
    ),
    Case(
        "near miss: one column of sessions is enough",
        _cross(
            "session,phase,t,x,label",
            (["s1", "s2", "s3", "s4"],),
            lambda n, part, t: [part[0], 1 + t // 2, t, measure(n, t), "ab"[n % 2]],
        ),
        id="session",
        time="t",
        target="label",
        features=("phase", "x"),
        lengths=_lengths(4),
        first=[[1, measure(0, 0)]],
    ),
    Case(
        "near miss: a site with one label each in a few sequences",
        write_long(
            "id,t,x,site,label",
            lambda i, t: [i, t, measure(i, t), 3 + i % 2, "ab"[i % 2]],
            (4, 5, 3),
        ),
        id="id",
        time="t",
        target="label",
        features=("x", "site"),
        lengths=(4, 5, 3),
    ),
    Case(
        "near miss: two codes per label",
        write_long(
            "id,t,x,code,label", lambda i, t: [i, t, measure(i, t), i % 4, "ab"[i % 4 // 2]]
        ),
        id="id",
        time="t",
        target="label",
        features=("x", "code"),
        lengths=(6, 4, 7, 5, 6, 4, 5, 7),
    ),
]
