"""Everything that one process can do to another, done to process 1: `name: result`."""
import ctypes
import os
import resource
import signal

libc = ctypes.CDLL(None, use_errno=True)
PTRACE_ATTACH, PTRACE_SEIZE = 16, 0x4206
SYS_process_vm_writev, SYS_pidfd_send_signal, SYS_pidfd_open, SYS_pidfd_getfd, SYS_tgkill = 311, 424, 434, 438, 234


class IoVec(ctypes.Structure):
    _fields_ = [("base", ctypes.c_void_p), ("length", ctypes.c_size_t)]


def call(function, *arguments):
    ctypes.set_errno(0)
    result = function(*arguments)
    if result == -1:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return result


def attempt(name, action):
    try:
        action()
        result = "allowed"
    except OSError as error:
        result = os.strerror(error.errno)
    print(f"{name}: {result}", flush=True)


def write_memory():
    buffer = ctypes.create_string_buffer(b"owned")
    local = IoVec(ctypes.addressof(buffer), 5)
    # Any address will do: rights are checked before the address is.
    remote = IoVec(0x400000, 5)
    call(libc.syscall, SYS_process_vm_writev, 1, ctypes.byref(local), 1, ctypes.byref(remote), 1, 0)


def pidfd_signal():
    descriptor = call(libc.syscall, SYS_pidfd_open, 1, 0)
    call(libc.syscall, SYS_pidfd_send_signal, descriptor, signal.SIGSTOP, 0, 0)


def pidfd_steal():
    descriptor = call(libc.syscall, SYS_pidfd_open, 1, 0)
    call(libc.syscall, SYS_pidfd_getfd, descriptor, 1, 0)


for name in ("SIGSTOP", "SIGXCPU", "SIGTERM", "SIGSEGV", "SIGINT", "SIGHUP", "SIGCHLD", "SIGCONT", "SIGKILL"):
    attempt(f"kill {name}", lambda: os.kill(1, getattr(signal, name)))
attempt("tgkill", lambda: call(libc.syscall, SYS_tgkill, 1, 1, signal.SIGSTOP))
attempt("pidfd signal", pidfd_signal)
attempt("pidfd_getfd", pidfd_steal)
attempt("ptrace attach", lambda: call(libc.ptrace, PTRACE_ATTACH, 1, 0, 0))
attempt("ptrace seize", lambda: call(libc.ptrace, PTRACE_SEIZE, 1, 0, 0))
attempt("process_vm_writev", write_memory)
attempt("prlimit", lambda: resource.prlimit(1, resource.RLIMIT_NOFILE, (0, 0)))
attempt("setpriority", lambda: os.setpriority(os.PRIO_PROCESS, 1, 19))
attempt("sched_setscheduler", lambda: os.sched_setscheduler(1, os.SCHED_IDLE, os.sched_param(0)))
attempt("oom_score_adj", lambda: open("/proc/1/oom_score_adj", "w").write("1000"))
attempt("open mem", lambda: open("/proc/1/mem", "r+b", buffering=0))
print("done", flush=True)
