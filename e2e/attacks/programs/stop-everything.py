"""Stops its process group (argv[1] 0) or everything that it may signal (-1), itself last; a child makes sure that there is somebody."""
import os
import signal
import sys

if os.fork() == 0:
    signal.pause()
print("stopping", flush=True)
os.kill(int(sys.argv[1]), signal.SIGSTOP)
os.kill(os.getpid(), signal.SIGSTOP)
print("went on", flush=True)
