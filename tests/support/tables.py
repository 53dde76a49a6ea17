"""Tables in every layout, and what is chosen about them."""

from tests.support.headerless_tables import CMAPSS

TABLES = {
    "long": ("id,t,x,y,target\nb,2,1.5,7,4\na,1,2,8,6\nb,1,2.5,9,4\n", {}),
    "long without ids": ("t,x\n2,5\n1,4\n3,9\n", {"layout": "long", "id": ""}),
    "long of dates": (
        "id,time,x,y\na,2026-01-02,1,0\na,2026-01-01T12:00:00,2,0\nb,2026-03-01 10:00,3,1\n",
        {"elapsed": True},
    ),
    "words": ("id,t,colour,v\na,0,red,1\na,1,blue,2\nb,0,unknown,3\nc,0,,4\n", {"missing": "mean"}),
    "missing, forward": ("id,x,y\na,1,3\na,,4\na,2,na\nb,5,?\n", {"missing": "mean"}),
    "missing, dropped": ("id,x,y\na,1,3\na,,4\na,2,5\nb,5,6\n", {"missing": "drop"}),
    "missing, carried on": ("id,x,y\na,1,3\na,,4\na,2,\nb,5,6\n", {"missing": "forward"}),
    "twice": (
        "id,t,x\na,1,2\na,1,4\na,2,5\nb,1,\nb,1,7\n",
        {"duplicates": "mean", "missing": "mean"},
    ),
    "twice, the last": ("id,t,x\na,1,2\na,1,4\na,2,5\nb,1,7\n", {"duplicates": "last"}),
    "a target a step": (
        "id,t,x,y\na,1,2,0.5\na,2,4,1.5\nb,1,7,2.5\nb,2,7,3.5\n",
        {"target_at": "step"},
    ),
    "windows": (
        "id,t,x,y\n" + "".join(f"{k % 2},{k},{k * 3},{k % 2}\n" for k in range(30)),
        {"cut": "windows", "cut_steps": 4, "cut_every": 3},
    ),
    "remaining steps": (
        "id,t,x,y\na,1,2,5\na,2,4,6\na,3,5,6\nb,1,7,8\nb,2,7,9\n",
        {"target": "", "remaining_steps": 2},
    ),
    "steps after the last row": (
        "id,t,x,y,life\na,1,2,5,4\na,2,4,6,4\nb,1,7,8,0\nb,2,7,9,0\n",
        {"remaining_steps": 5, "steps_after": "life"},
    ),
    "remaining steps without a header": (CMAPSS, {"remaining_steps": 125}),
    "remaining steps of some columns without a header": (
        "".join(f"{i} {t} {i * t}.5 {t}.5 7 {i}\n" for i in (1, 2, 3) for t in range(1, 7 - i)),
        {"layout": "long", "id": "1", "time": "2", "features": ["3", "5"], "remaining_steps": 125},
    ),
    "unreadable": ("id,x,y\na,1,3\na,oops,4\nb,5,6\n", {"missing": "mean"}),
    "lists": ('sequence,target\n"[1.5, 2]",4\n[3],6\n', {}),
    "lists in round brackets": ('id,v,y\nq,"(1, 2)",4\nr,"(3,)",6\n', {}),
    "lists of lists": ('sequence,y\n"[[1, 2], [3, 4]]",4\n"[[5, 6]]",6\n', {}),
    "several lists": ('a,b,y\n"[1, 2]","[3, null]",4\n[5],[6],6\n', {"missing": "mean"}),
    "lists with spaces": ("sequence,target\n1 2,4\n3 4 5,6\n7,1\n", {}),
    "lists and targets a step": ('v,y\n"[1, 2]","[3, 4]"\n[5],[6]\n', {}),
    "wide": ("name,x1,x2,x3,y\na,1,2,,0\nb,3,,5,1\n", {"missing": "mean"}),
    "wide of two features": ("u_1,u_2,w_1,w_2,y\n1,2,3,4,0\n5,,6,,1\n", {}),
    "wide, its columns in another order": (
        "x10,x2,x1,x3,x4,x5,x6,x7,x8,x9,y\n9,2,1,3,,,,,,,0\n5,7,6,,,,,,,,1\n",
        {"missing": "mean"},
    ),
    "wide with the index that pandas writes": (",x1,x2,x3,y\n0,1,2,,0\n1,3,,,1\n", {}),
    "exponents with decimal commas": ("id;x;y\na;1,5E-05;3\na;2,5e3;3\nb;3;4\n", {}),
    "spaces and a header": ("id t x y\na 1 2.5 0\na 2 3.5 0\nb 1 1.5 1\n", {}),
    "a header that is a comment": ("# id,t,x,y\na,1,2.5,0\na,2,3.5,0\nb,1,1.5,1\n", {}),
    "rows that hold nothing": ("id,x,y\na,1,3\na,2,3\nb,5,6\n,,\n", {}),
    "the target at the end of windows": (
        "id,t,x,y\n" + "".join(f"a,{k},{k * 3},{k * 0.5}\n" for k in range(9)),
        {"target_at": "end", "cut": "windows", "cut_steps": 4, "cut_every": 3},
    ),
    "months": ("id,time,x,y\na,2026-02,1,0\na,2026-01,2,0\nb,2026-03,3,1\n", {}),
    "rows": ("1\n2,5\n3,9,9,4,8\n", {}),
    "rows with spaces": ("1 2 3\n4 5\n6\n", {}),
    "decimal commas": ("id;x;y\na;1,5;3\na;2,5;3\nb;3;4\n", {}),
    "tabs and quotes": ('id\tx\ty\n"a b"\t1\t3\n"a b"\t2\t3\n"c"\t3\t4\n', {}),
}
