"""Row 16. Kills, stops, traces and rewrites process 1, which is the agent that keeps this sandbox's limits."""
import ctypes
import os
import resource
import signal

libc = ctypes.CDLL(None, use_errno=True)


def attempt(name, action):
    ctypes.set_errno(0)
    try:
        if action() == -1:
            raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
        print(f"BROKE: {name}")
    except OSError as error:
        print(f"HELD:  {name}: {error.strerror}")


for name in ("SIGKILL", "SIGSTOP", "SIGSEGV", "SIGXCPU", "SIGTERM"):
    attempt(f"kill -{name[3:]} 1", lambda: os.kill(1, getattr(signal, name)))
attempt("ptrace attach", lambda: libc.ptrace(16, 1, 0, 0))
attempt("open its memory", lambda: open("/proc/1/mem", "r+b", buffering=0) and None)
attempt("take its open files away", lambda: resource.prlimit(1, resource.RLIMIT_NOFILE, (0, 0)) and None)
attempt("make it the first to die of memory", lambda: open("/proc/1/oom_score_adj", "w").write("1000") and None)
