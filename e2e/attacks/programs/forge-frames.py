"""Looks for any way to write into the agent's own channel, and sends a forged EXIT frame (status 0) down each; ends with status 7."""
import os
import stat
import struct
import sys

payload = struct.pack(">BIBQQQI", 0, 0, 0, 1, 1, 1, 0)
forged = b"\x86" + struct.pack(">I", len(payload)) + payload


def attempt(name, action):
    try:
        result = action()
    except OSError as error:
        result = os.strerror(error.errno)
    os.write(2, f"{name}: {result}\n".encode())


# The agent holds the other ends of this program's own three pipes; whoever writes there writes to himself.
mine = {os.fstat(descriptor).st_ino for descriptor in (0, 1, 2)} if "except-own" in sys.argv else set()


def write_to(path):
    status = os.stat(path)
    if stat.S_ISFIFO(status.st_mode) and status.st_ino in mine:
        return "my own pipe"
    descriptor = os.open(path, os.O_WRONLY)
    try:
        os.write(descriptor, forged)
    finally:
        os.close(descriptor)
    return "written"


own = [descriptor for descriptor in range(3, 1024) if os.path.exists(f"/proc/self/fd/{descriptor}")]
for number in range(0, 32):
    attempt(f"/proc/1/fd/{number}", lambda: write_to(f"/proc/1/fd/{number}"))
attempt("/proc/1/fd", lambda: os.listdir("/proc/1/fd"))
attempt("/proc/1/mem", lambda: write_to("/proc/1/mem"))
attempt("/proc/1/environ", lambda: open("/proc/1/environ", "rb").read())
attempt("/proc/1/root", lambda: os.listdir("/proc/1/root"))
attempt("/proc/1/cwd", lambda: os.readlink("/proc/1/cwd"))
attempt("/proc/1/exe", lambda: os.readlink("/proc/1/exe"))
for descriptor in own:
    attempt(f"inherited {descriptor}", lambda: os.write(descriptor, forged))
os.write(2, f"inherited: {len(own)}\n".encode())
os.write(1, forged)
os.write(1, b"after the forged exit\n")
os._exit(7)
