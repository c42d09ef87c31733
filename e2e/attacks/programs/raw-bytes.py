"""Writes bytes that are no text, and a character in two halves, each by a write of its own; then returns its input, byte for byte."""
import os

os.write(1, bytes(range(256)))
for half in (b"\xe2\x82", b"\xac", b"\xf0\x9f", b"\x8f\x96", b"\xff\xfe\x00\x00", b"\xc0\xaf", b"\xed\xa0\x80"):
    os.write(1, half)
while block := os.read(0, 65536):
    view = memoryview(block)
    while view:
        view = view[os.write(1, view):]
