"""Starts up to argv[1] children that wait, and says how many there were and why it ended."""
import os
import signal
import sys

children = []
reason = "bound reached"
for _ in range(int(sys.argv[1])):
    try:
        child = os.fork()
    except OSError as error:
        reason = os.strerror(error.errno)
        break
    if child == 0:
        signal.pause()
        os._exit(0)
    children.append(child)
print(f"children: {len(children)}; {reason}", flush=True)
for child in children:
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
