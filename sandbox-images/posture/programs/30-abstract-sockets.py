"""Row 30. Abstract unix sockets have no file and so no permissions, only a network namespace (CVE-2020-15257: containerd's were seen)."""
with open("/proc/net/unix") as table:
    names = [line.split()[-1] for line in table.readlines()[1:] if len(line.split()) > 7]
print(f"BROKE: sockets of others: {' '.join(names)}" if names else "HELD:  no unix socket of anybody's")
