"""Speaks the protocol of the worker, and answers with what lies in a run's ``answers.json``.

``answers.json`` maps a user (or "export") to an answer; ``{"fail": sentence}`` fails, ``{"die": true}`` ends the process,
and ``{"hold": path, …}`` answers only when that file exists.
"""

import json
import os
import sys
import threading
from pathlib import Path


def say(**line):
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()


def answer(job, args):
    if job == "find_users":
        return [{"user": args["query"], "interactions": 3}]
    if job == "first_lines":
        return {"columns": args["columns"], "values": [[] for _ in args["columns"]]}
    answers = json.loads((Path(args["run"]) / "answers.json").read_text(encoding="utf-8"))
    return answers["export"] if job == "export" else answers[args["user"]]


def main():
    say(event="ready")
    pause = threading.Event()
    for line in sys.stdin:
        request = json.loads(line)
        number = request["id"]
        if request["job"] == "warm_up":
            say(id=number, event="done", result={})
            continue
        found = answer(request["job"], request["args"])
        if "die" in found:
            os._exit(3)
        if "hold" in found:
            say(id=number, event="progress", fraction=0.4, text="users")
            while not Path(found["hold"]).exists():
                pause.wait(0.01)
        if "fail" in found:
            say(id=number, event="failed", sentence=found["fail"], details="details")
        else:
            say(id=number, event="done", result=found)


main()
