"""Prints numbered lines of 64 bytes, argv[1] MiB of them, or for ever without it."""
import os
import sys

bound = int(sys.argv[1]) << 20 if len(sys.argv) > 1 else None
line, written = 0, 0
while bound is None or written < bound:
    block = b"".join(b"%063d\n" % (line + offset) for offset in range(1024))
    line += 1024
    view = memoryview(block)
    while view:
        view = view[os.write(1, view):]
    written += len(block)
