"""Row 20. In a user namespace of its own a program is root there, and the kernel shows it code that was written for root only
(CVE-2022-0185). So: make one, and mount something."""
import ctypes
import os

libc = ctypes.CDLL(None, use_errno=True)
CLONE_NEWUSER, CLONE_NEWNS, CLONE_NEWNET, CLONE_NEWPID = 0x10000000, 0x20000, 0x40000000, 0x20000000


def attempt(name, call):
    child = os.fork()
    if child == 0:
        ctypes.set_errno(0)
        result = call()
        print(f"BROKE: {name}" if result != -1 else f"HELD:  {name}: {os.strerror(ctypes.get_errno())}", flush=True)
        os._exit(0)
    os.waitpid(child, 0)


attempt("unshare a user namespace", lambda: libc.unshare(CLONE_NEWUSER))
attempt("unshare user and mount namespaces", lambda: libc.unshare(CLONE_NEWUSER | CLONE_NEWNS))
attempt("unshare user and network namespaces", lambda: libc.unshare(CLONE_NEWUSER | CLONE_NEWNET))
attempt("unshare a process namespace", lambda: libc.unshare(CLONE_NEWPID))
attempt("enter another network namespace", lambda: libc.setns(os.open("/proc/self/ns/net", os.O_RDONLY), 0))
attempt("mount a tmpfs", lambda: libc.mount(b"none", b"/tmp", b"tmpfs", 0, None))
attempt("make the root writable", lambda: libc.mount(b"none", b"/", None, 0x20, None))
attempt("take /proc away", lambda: libc.umount2(b"/proc", 2))
attempt("change the root", lambda: libc.chroot(b"/tmp"))
attempt("give the machine another name", lambda: libc.sethostname(b"owned", 5))
