"""Row 28. Whoever reaches the container engine's socket is root on the machine. Looks for it in every usual place."""
import os
import socket

for path in ("/var/run/docker.sock", "/run/docker.sock", "/run/containerd/containerd.sock", "/run/sandglass/engine.sock", "/run/podman/podman.sock"):
    try:
        with socket.socket(socket.AF_UNIX) as client:
            client.connect(path)
            client.sendall(b"GET /version HTTP/1.0\r\n\r\n")
            print(f"BROKE: {path} answered {client.recv(80)!r}")
    except OSError as error:
        print(f"HELD:  {path}: {error.strerror}")
for host in ("127.0.0.1", "172.17.0.1", "10.0.2.2", "192.168.65.2"):
    for port in (2375, 2376):
        try:
            socket.create_connection((host, port), timeout=1).close()
            print(f"BROKE: {host}:{port} is open")
        except OSError as error:
            print(f"HELD:  {host}:{port}: {error.strerror or error}")
