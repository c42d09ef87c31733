"""Row 14. The agent tells the server how a program ended. This one looks for the agent's own channel, to say that it ended well."""
import os
import struct

payload = struct.pack(">BIBQQQI", 0, 0, 0, 1, 1, 1, 0)
forged_exit = b"\x86" + struct.pack(">I", len(payload)) + payload

for path in ["/proc/1/mem", "/proc/1/environ"] + [f"/proc/1/fd/{number}" for number in range(10)]:
    try:
        descriptor = os.open(path, os.O_RDWR)
        os.write(descriptor, forged_exit)
        print(f"BROKE: wrote to {path}")
    except OSError as error:
        print(f"HELD:  {path}: {error.strerror}")
inherited = [number for number in range(3, 1024) if os.path.exists(f"/proc/self/fd/{number}")]
print(f"BROKE: inherited descriptors {inherited}" if inherited else "HELD:  no inherited descriptors")
# The status line says 7, whatever was forged.
raise SystemExit(7)
