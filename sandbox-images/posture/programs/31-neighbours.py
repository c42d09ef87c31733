"""Row 31. Looks for another sandbox: shared memory, message queues, file locks, processes, all that two could meet by. Open this page in a
second window and run it in both at once."""
import ctypes
import os

libc = ctypes.CDLL(None, use_errno=True)
sign = "sandglass-was-here"
others = [pid for pid in os.listdir("/proc") if pid.isdigit() and int(pid) not in (1, os.getpid())]
print(f"BROKE: other processes: {' '.join(others)}" if others else "HELD:  no process but the agent and this one")
for folder in ("/dev/shm", "/tmp", "/workspace", "/dev/mqueue"):
    path = os.path.join(folder, sign)
    print(f"BROKE: {path} is there already" if os.path.exists(path) else f"HELD:  no sign in {folder}")
    try:
        open(path, "w").close()
    except OSError as error:
        print(f"       none can be left there either: {error.strerror}")
for name, call in (("shared memory", lambda: libc.shmget(0x5A6D, 4096, 0o1666)), ("a message queue", lambda: libc.msgget(0x5A6D, 0o1666))):
    ctypes.set_errno(0)
    result = call()
    print(f"look:  System V: {name} can be made" if result >= 0 else f"HELD:  System V: {name}: {os.strerror(ctypes.get_errno())}")
print("now in the second window")
