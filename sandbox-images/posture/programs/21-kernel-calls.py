"""Row 21. System calls that were a way out before and that no program of a playground needs, by their numbers."""
import ctypes
import os
import platform

libc = ctypes.CDLL(None, use_errno=True)
libc.syscall.restype = ctypes.c_long
x86_64 = {
    "io_uring_setup": (425, 4, 0), "bpf": (321, 0, 0, 0), "perf_event_open": (298, 0, 0, -1, -1, 0), "userfaultfd": (323, 1),
    "keyctl": (250, 0, -3, 0), "add_key": (248, 0, 0, 0, 0, -3), "kexec_load": (246, 0, 0, 0, 0), "init_module": (175, 0, 0, 0),
    "finit_module": (313, -1, 0, 0), "open_by_handle_at": (304, -100, 0, 0), "fanotify_init": (300, 0, 0), "reboot": (169, 0, 0, 0, 0),
    "iopl": (172, 3), "swapon": (167, 0, 0), "settimeofday": (164, 0, 0), "fsopen": (430, 0, 0), "open_tree": (428, -100, 0, 1),
}
if platform.machine() != "x86_64":
    raise SystemExit("these numbers are x86-64's")
# A filter answers EPERM, and a kernel without the call ENOSYS, before either looks at the arguments. Any other answer comes from code
# behind the door.
refusals = (1, 38)
for name, (number, *arguments) in x86_64.items():
    ctypes.set_errno(0)
    result = libc.syscall(ctypes.c_long(number), *map(ctypes.c_long, arguments))
    error = ctypes.get_errno()
    if result == -1 and error in refusals:
        print(f"HELD:  {name}: {os.strerror(error)}")
    else:
        print(f"BROKE: {name} reached the kernel ({os.strerror(error) if result == -1 else result})")
