"""How every probe reports: each runs in a process of its own and gives one line `name = result`; result is `allowed`, the error's name,
`signal N`, or what the probe returned. Only x86-64 numbers: the machine that runs these tests is one."""
import ctypes
import errno
import os
import sys

libc = ctypes.CDLL(None, use_errno=True)
libc.syscall.restype = ctypes.c_long
libc.syscall.argtypes = None


def syscall(number, *arguments):
    ctypes.set_errno(0)
    result = libc.syscall(ctypes.c_long(number), *(ctypes.c_long(it) if isinstance(it, int) else it for it in arguments))
    if result == -1:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return result


def outcome(action):
    try:
        result = action()
        return "allowed" if result is None or isinstance(result, int) and not isinstance(result, bool) else str(result)
    except OSError as error:
        return errno.errorcode.get(error.errno, str(error.errno))
    except Exception as error:
        return type(error).__name__


def probe(name, action):
    reader, writer = os.pipe()
    sys.stdout.flush()
    child = os.fork()
    if child == 0:
        os.close(reader)
        os.write(writer, outcome(action).replace("\n", " ").encode()[:4000])
        os._exit(0)
    os.close(writer)
    told = b""
    while block := os.read(reader, 4096):
        told += block
    os.close(reader)
    _, status = os.waitpid(child, 0)
    result = f"signal {os.WTERMSIG(status)}" if os.WIFSIGNALED(status) else told.decode()
    print(f"{name} = {result}", flush=True)
