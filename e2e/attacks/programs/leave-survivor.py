"""Leaves a daemon behind (setsid, double fork) that keeps or closes its output (argv[1]: keep, close) and bears the name `survivor-` and argv[2].
It takes that name by execve(2), as nothing else bears it: an interpreter that waits for the same program has the same arguments."""
import os
import signal
import sys

if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        for number in (signal.SIGHUP, signal.SIGTERM, signal.SIGINT):
            signal.signal(number, signal.SIG_IGN)
        if sys.argv[1] == "close":
            for descriptor in range(3):
                os.close(descriptor)
        os.execv(sys.executable, [f"survivor-{sys.argv[2]}", "-c", "import signal\nwhile True: signal.pause()"])
    os._exit(0)
os.wait()
print("leader done", flush=True)
