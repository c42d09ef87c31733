"""Prints argv[1] MiB of numbered lines of 64 bytes, then says on stderr how long the longest write took and how much had been written
before it: `longest = <ms> ms after <bytes> bytes`."""
import os
import sys
import time

bound = int(sys.argv[1]) << 20
line, written, longest, after = 0, 0, 0.0, 0
while written < bound:
    block = b"".join(b"%063d\n" % (line + offset) for offset in range(256))
    line += 256
    view = memoryview(block)
    while view:
        begun = time.monotonic()
        count = os.write(1, view[:4096])
        took = time.monotonic() - begun
        if took > longest:
            longest, after = took, written
        written += count
        view = view[count:]
os.write(2, b"longest = %d ms after %d bytes\n" % (longest * 1000, after))
