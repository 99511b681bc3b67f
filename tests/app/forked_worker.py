"""The real worker without the second that its imports take: forked from a process that has them, for each who asks.

``forked_worker.py serve SOCKET`` is that process, ``forked_worker.py ask SOCKET`` stands where ``-m workbench.worker``
would: it hands over its pipes, lasts as long as the worker does, and takes the worker with it when it is killed.
"""

import os
import signal
import socket
import sys


def serve(path):
    """Fork a worker for each who asks, until the input ends."""
    import threading

    from workbench.lean import without_pandas

    without_pandas()
    import scipy.stats  # noqa: F401 - what a verdict of two runs needs

    from workbench import worker
    from workbench.control import Control
    from workbench.jobs import preload_modules
    from workbench.jobs.starting import warm_up

    preload_modules()
    warm_up(Control())  # numba alone takes most of a second, and the first list of each worker would wait for it

    threading.Thread(target=_end_with_input, daemon=True).start()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for workers here
    with socket.socket(socket.AF_UNIX) as door:
        door.bind(path)
        door.listen()
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        while True:
            line, _ = door.accept()
            home, pipes, _, _ = socket.recv_fds(line, 4096, 3)
            if os.fork() == 0:
                break
            line.close()
            for one in pipes:
                os.close(one)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    for number, one in enumerate(pipes):
        os.dup2(one, number)
        os.close(one)
    os.environ["RECWB_HOME"] = home.decode()
    threading.Thread(target=_end_with, args=(line,), daemon=True).start()
    worker.main()
    os._exit(0)


def _end_with_input():
    sys.stdin.read()
    os._exit(0)


def _end_with(line):
    line.recv(1)
    os._exit(1)


def ask(path):
    """Let a worker use the pipes of this process, and wait for its end."""
    with socket.socket(socket.AF_UNIX) as line:
        line.connect(path)
        socket.send_fds(line, [os.environ["RECWB_HOME"].encode()], [0, 1, 2])
        line.recv(1)


if __name__ == "__main__":
    {"serve": serve, "ask": ask}[sys.argv[1]](sys.argv[2])
