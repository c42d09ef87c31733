"""Row 35. Talks to your terminal rather than to you: asks it to fill your clipboard, and to type its answers into this program."""
import os
import select
import sys
import tty

escapes = {
    "clipboard": "\x1b]52;c;cm0gLXJmIH4=\x07", "title": "\x1b]0;owned\x07\x1b[21t", "status string": "\x1bP$qm\x1b\\",
    "identity": "\x1b[c\x1b[>c", "cursor place": "\x1b[6n", "mouse and focus": "\x1b[?1000h\x1b[?1004h\x1b[?1006h",
}
if sys.stdin.isatty():
    # Else the terminal's answer would wait for a line's end, unseen.
    tty.setcbreak(sys.stdin.fileno())
for escape in escapes.values():
    sys.stdout.write(escape)
    sys.stdout.flush()
typed = os.read(0, 1024) if select.select([sys.stdin], [], [], 2)[0] else b""
print("BROKE: the terminal typed something into this program" if typed else "HELD:  the terminal typed nothing by itself")
print("       now look into your clipboard, and at the tab's title")
