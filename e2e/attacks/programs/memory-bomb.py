"""Takes memory of the kind argv[1] (heap, memfd, tmpfs), at most argv[2] MiB, and says how far it came."""
import os
import sys

kind, bound = sys.argv[1], int(sys.argv[2])
block = os.urandom(1 << 20)
held = []


def take_tmpfs():
    """Fills every folder that can be written, then goes on in the heap: files there are memory of the sandbox too."""
    for folder in ("/workspace", "/tmp", "/dev/shm"):
        with open(f"{folder}/ballast", "wb", buffering=0) as file:
            try:
                while True:
                    file.write(block)
            except OSError as error:
                print(f"{folder}: {os.strerror(error.errno)}", flush=True)


if kind == "tmpfs":
    take_tmpfs()
memfd = os.memfd_create("ballast") if kind == "memfd" else -1
for _ in range(bound):
    if kind == "memfd":
        os.write(memfd, block)
    else:
        held.append(bytearray(block))
print(f"took {bound} MiB", flush=True)
