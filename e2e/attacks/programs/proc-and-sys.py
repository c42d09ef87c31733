"""Kernel settings written, kernel secrets read, devices counted: `read`, `write` and `device` lines."""
import os

from probing import probe


def write(path):
    with open(path, "wb", buffering=0) as file:
        file.write(b"1")


def read(path):
    """`empty`, or the number of bytes that were to be had."""
    if os.path.isdir(path):
        names = os.listdir(path)
        return f"{len(names)} entries" if names else "empty"
    with open(path, "rb", buffering=0) as file:
        content = file.read(4096)
    return f"{len(content)} bytes" if content else "empty"


settings = [
    "/proc/sys/kernel/core_pattern", "/proc/sys/kernel/modprobe", "/proc/sys/kernel/hostname", "/proc/sys/vm/panic_on_oom",
    "/proc/sys/fs/binfmt_misc/register", "/proc/sys/net/ipv4/ip_forward", "/proc/sys/kernel/randomize_va_space",
    "/proc/sysrq-trigger", "/proc/irq/0/smp_affinity", "/proc/bus/pci", "/proc/fs/ext4", "/proc/1/oom_score_adj",
    "/sys/kernel/uevent_helper", "/sys/power/state", "/sys/fs/cgroup/release_agent", "/sys/fs/cgroup/cgroup.procs",
    "/sys/fs/cgroup/memory/memory.limit_in_bytes", "/sys/fs/cgroup/memory/release_agent", "/sys/fs/cgroup/memory/cgroup.procs",
    "/sys/fs/cgroup/pids/pids.max", "/sys/fs/cgroup/cpu/cpu.cfs_quota_us", "/sys/fs/cgroup/devices/devices.allow",
    "/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/pids.max", "/sys/fs/cgroup/rdma/release_agent", "/sys/fs/cgroup/systemd/release_agent",
]
for path in settings:
    probe(f"write {path}", lambda: write(path))
for root, folders, _ in os.walk("/sys/fs/cgroup"):
    for path in [root, *(os.path.join(root, name) for name in folders)]:
        probe(f"mkdir {path}", lambda: os.mkdir(os.path.join(path, "owned")))
    folders.clear()
for path in (
    "/proc/kcore", "/proc/keys", "/proc/key-users", "/proc/timer_list", "/proc/latency_stats", "/proc/sched_debug", "/proc/kmsg",
    "/proc/acpi", "/proc/scsi", "/proc/asound", "/sys/firmware", "/sys/kernel/debug", "/sys/kernel/tracing", "/sys/kernel/security",
    "/proc/1/environ", "/proc/1/maps", "/proc/1/auxv", "/proc/1/stack", "/proc/1/syscall", "/proc/1/io", "/dev/mem", "/dev/kmsg",
):
    probe(f"read {path}", lambda: read(path))
for root, _, files in os.walk("/dev"):
    for name in files:
        path = os.path.join(root, name)
        if not os.path.islink(path):
            print(f"device {path} = {oct(os.lstat(path).st_mode)}", flush=True)
