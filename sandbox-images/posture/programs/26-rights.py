"""Row 26. What this process may do, and every file that would lend it more."""
import os
import stat

expected = {"NoNewPrivs": "1", "CapEff": "0" * 16, "CapPrm": "0" * 16, "CapBnd": "0" * 16, "CapAmb": "0" * 16}
with open("/proc/self/status") as status:
    for line in status:
        name, _, value = line.partition(":")
        value = value.strip()
        if name in expected:
            print(f"{'HELD: ' if value == expected[name] else 'BROKE:'} {name} is {value}")
        elif name in ("Uid", "Gid", "Groups", "Seccomp"):
            print(f"       {name} is {value or 'none'}")
lenders = []
for root, folders, files in os.walk("/"):
    if root == "/":
        folders[:] = [name for name in folders if name not in ("proc", "sys")]
    for name in files:
        path = os.path.join(root, name)
        try:
            mode = os.lstat(path).st_mode
            if stat.S_ISREG(mode) and mode & (stat.S_ISUID | stat.S_ISGID):
                lenders.append(path)
        except OSError:
            pass
print(f"BROKE: setuid files: {' '.join(lenders)}" if lenders else "HELD:  no setuid file anywhere")
for uid in (0, 1001):
    try:
        os.setuid(uid)
        print(f"BROKE: became user {uid}")
    except OSError as error:
        print(f"HELD:  setuid {uid}: {error.strerror}")
