"""Row 10. Leaves a daemon behind. Run it twice: the second run looks for the daemon of the first."""
import os
import signal

others = [pid for pid in os.listdir("/proc") if pid.isdigit() and int(pid) not in (1, os.getpid())]
print(f"BROKE: still alive from before: {', '.join(others)}" if others else "nobody is left from an earlier run")
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        for number in (signal.SIGHUP, signal.SIGTERM, signal.SIGINT):
            signal.signal(number, signal.SIG_IGN)
        while True:
            signal.pause()
    os._exit(0)
os.wait()
print("a daemon stays behind; now run this again")
