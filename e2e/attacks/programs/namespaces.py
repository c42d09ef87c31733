"""New namespaces, by every call that makes one, and every way to mount."""
import ctypes
import os
import struct

from probing import probe, syscall

SIGCHLD = 17
flags = {
    "user": 0x10000000, "mount": 0x00020000, "pid": 0x20000000, "net": 0x40000000, "uts": 0x04000000, "ipc": 0x08000000,
    "cgroup": 0x02000000, "time": 0x00000080,
}


def clone3(flag):
    arguments = ctypes.create_string_buffer(struct.pack("<QQQQQQQQ", flag, 0, 0, 0, SIGCHLD, 0, 0, 0), 64)
    return parent_only(syscall(435, arguments, 64))


def parent_only(child):
    """A new process has nothing to tell."""
    if child == 0:
        os._exit(0)
    return child


for name, flag in flags.items():
    probe(f"unshare {name}", lambda: syscall(272, flag))
    # In the old call that bit is part of the signal's number.
    if name != "time":
        probe(f"clone {name}", lambda: parent_only(syscall(56, flag | SIGCHLD, 0, 0, 0, 0)))
    probe(f"clone3 {name}", lambda: clone3(flag))
probe("unshare user+mount", lambda: syscall(272, flags["user"] | flags["mount"]))
probe("setns", lambda: syscall(308, open("/proc/self/ns/net").fileno(), 0))
probe("mount tmpfs", lambda: syscall(165, b"none", b"/tmp", b"tmpfs", 0, 0))
probe("mount remount", lambda: syscall(165, b"none", b"/", b"", 0x20, 0))
probe("mount bind", lambda: syscall(165, b"/etc", b"/tmp", b"", 0x1000, 0))
probe("umount2", lambda: syscall(166, b"/proc", 2))
probe("pivot_root", lambda: syscall(155, b"/tmp", b"/tmp"))
probe("chroot", lambda: syscall(161, b"/tmp"))
probe("fsopen", lambda: syscall(430, b"tmpfs", 0))
probe("fspick", lambda: syscall(433, -100, b"/", 0))
probe("open_tree clone", lambda: syscall(428, -100, b"/", 1))
probe("move_mount", lambda: syscall(429, -100, b"/etc", -100, b"/tmp", 0))
probe("mount_setattr", lambda: syscall(442, -100, b"/", 0, ctypes.create_string_buffer(32), 32))
probe("sethostname", lambda: syscall(170, b"owned", 5))
