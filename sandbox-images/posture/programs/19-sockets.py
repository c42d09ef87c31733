"""Row 19. Sockets of families that programs have no business with, each a wide door into the kernel (CVE-2026-31431 came through AF_ALG)."""
import socket

families = {
    "AF_UNIX": 1, "AF_INET": 2, "AF_INET6": 10, "AF_KEY": 15, "AF_NETLINK": 16, "AF_PACKET": 17, "AF_CAN": 29, "AF_TIPC": 30,
    "AF_BLUETOOTH": 31, "AF_ALG": 38, "AF_VSOCK": 40, "AF_XDP": 44,
}
ordinary = ("AF_UNIX", "AF_INET", "AF_INET6")
for name, number in families.items():
    errors = set()
    for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM, socket.SOCK_RAW, socket.SOCK_SEQPACKET):
        try:
            socket.socket(number, kind).close()
        except OSError as error:
            errors.add(error.strerror)
        else:
            print(f"{'as it should:' if name in ordinary else 'BROKE:'} {name} can be had")
            break
    else:
        print(f"HELD:  {name}: {', '.join(sorted(errors))}")
