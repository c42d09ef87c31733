"""Row 24. Reads what the kernel knows of itself and of everybody: memory, keys, timers, firmware, messages."""
import os

for path in (
    "/proc/kcore", "/proc/keys", "/proc/timer_list", "/proc/sched_debug", "/proc/kmsg", "/proc/latency_stats", "/proc/acpi", "/proc/scsi",
    "/sys/firmware", "/sys/kernel/debug", "/sys/kernel/tracing", "/sys/kernel/security", "/dev/mem", "/dev/kmsg",
):
    try:
        if os.path.isdir(path):
            seen = f"{len(os.listdir(path))} entries" if os.listdir(path) else ""
        else:
            with open(path, "rb", buffering=0) as file:
                content = file.read(4096)
                seen = f"{len(content)} bytes" if content else ""
        print(f"BROKE: {path}: {seen}" if seen else f"HELD:  {path}: empty")
    except OSError as error:
        print(f"HELD:  {path}: {error.strerror}")
