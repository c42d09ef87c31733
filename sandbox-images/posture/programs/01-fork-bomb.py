"""Row 1. Starts processes until it is refused. The limit holds this sandbox only: nobody beside it notices."""
import os
import signal

children = []
try:
    while len(children) < 2000:
        child = os.fork()
        if child == 0:
            signal.pause()
        children.append(child)
    print(f"BROKE: {len(children)} processes, and no end of it")
except OSError as error:
    print(f"HELD: process {len(children) + 1} was refused: {error.strerror}")
for child in children:
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
