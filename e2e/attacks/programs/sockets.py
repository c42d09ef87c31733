"""Sockets of families that a program has no business with, and system calls by other doors than the 64-bit one."""
import ctypes
import mmap
import os
import socket
import struct

from probing import probe, syscall

families = {
    "AF_UNIX": 1, "AF_INET": 2, "AF_AX25": 3, "AF_IPX": 4, "AF_APPLETALK": 5, "AF_X25": 9, "AF_INET6": 10, "AF_KEY": 15,
    "AF_NETLINK": 16, "AF_PACKET": 17, "AF_RDS": 21, "AF_PPPOX": 24, "AF_CAN": 29, "AF_TIPC": 30, "AF_BLUETOOTH": 31, "AF_RXRPC": 33,
    "AF_ALG": 38, "AF_NFC": 39, "AF_VSOCK": 40, "AF_KCM": 41, "AF_QIPCRTR": 42, "AF_SMC": 43, "AF_XDP": 44,
}
for name, number in families.items():
    for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM, socket.SOCK_RAW, socket.SOCK_SEQPACKET):
        probe(f"{name}/{kind}", lambda: syscall(41, number, kind, 0))
probe("socketpair AF_NETLINK", lambda: syscall(53, 16, 3, 0, ctypes.create_string_buffer(8)))
# The upper half of a register: a filter that compares 64 bits against 38 lets this through (the kernel reads an int).
probe("AF_ALG with high bits", lambda: syscall(41, (1 << 32) | 38, 5, 0))


def machine_code(code):
    memory = mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
    memory.write(code)
    address = ctypes.addressof(ctypes.c_char.from_buffer(memory))
    result = ctypes.CFUNCTYPE(ctypes.c_int)(address)()
    if result < 0:
        raise OSError(-result, os.strerror(-result))
    return result


# mov eax, N; mov ebx, A; mov ecx, B; xor edx, edx; int 0x80; ret (ebx saved around)
def entry_32bit(number, first=0, second=0):
    return machine_code(
        b"\x53\xb8" + struct.pack("<I", number) + b"\xbb" + struct.pack("<I", first) + b"\xb9" + struct.pack("<I", second)
        + b"\x31\xd2\xcd\x80\x5b\xc3"
    )


x32 = 0x40000000
probe("int80 getpid", lambda: entry_32bit(20))
probe("int80 socket AF_ALG", lambda: entry_32bit(359, 38, 5))
probe("x32 getpid", lambda: syscall(x32 | 39))
probe("x32 socket AF_ALG", lambda: syscall(x32 | 41, 38, 5, 0))
