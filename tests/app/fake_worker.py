"""Speaks the protocol of the worker process, and misbehaves on request."""

import json
import os
import signal
import sys
import threading


def say(**line):
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()


def estimated(hyperparameters):
    """Three minutes; more than a thousand factors do not fit."""
    found = {"seconds": 185.3, "memory_bytes": 410_400_000, "disk_bytes": 12_300_000, "problem": None, "remedies": []}
    if hyperparameters.get("factors", 0) > 1000:
        remedies = [["batch_size", 512], ["factors", 64]]
        found |= {"problem": "SASRec would take about 9.0 GB of memory, and 2.0 GB are there.", "remedies": remedies}
    return found


def tried(args):
    """Two machines, of which one is not like the other."""
    versions = {"workbench": "1", "python": "3.11.2"}
    one = {"where": "10.0.0.1", "host": "one", "cores": 2, "memory_bytes": 16e9, "versions": versions}
    other = one | {"where": "10.0.0.2", "host": "other", "cores": 30}
    known = args["folder"] is not None
    machines = [
        one | {"alike": True, "sees": known or None},
        other | {"alike": False, "sees": False if known else None},
    ]
    return {"machines": machines, "seconds": 1.25, "token_file": args["engine"]}


ANSWERS = {
    "try_engine": tried,
    "warm_up": lambda args: None,
    "compile": lambda args: None,
    "pid": lambda args: os.getpid(),
    "long": lambda args: "x" * args["n"],
    "estimate": lambda args: estimated(args["asked"]["hyperparameters"]),
}


def main():
    say(event="ready")
    for line in sys.stdin:
        request = json.loads(line)
        number, job, args = request["id"], request["job"], request["args"]
        if job == "echo":
            sys.stdout.write("a library prints this\n")
            say(id=number, event="progress", fraction=0.5, text="half")
            say(id=number, event="done", result=args)
        elif job in ANSWERS:
            say(id=number, event="done", result=ANSWERS[job](args))
        elif job == "parts":
            say(id=number, event="part", name="a", values=[1, 2])
            say(id=number, event="part", name="a", values=["é"])
            say(id=number, event="done", result={"a": None, "b": 4})
        elif job == "forever":
            say(id=number, event="progress", fraction=0.1, text="begun")
            threading.Event().wait()
        elif job == "fail":
            say(id=number, event="failed", sentence="It did not work.", details="Traceback …")
        elif job == "exit":
            sys.stderr.write("last words\n")
            sys.stderr.flush()
            os._exit(3)
        elif job == "killed":
            os.kill(os.getpid(), signal.SIGKILL)


main()
