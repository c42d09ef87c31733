"""Every address worth reaching, by TCP and UDP, and names; devices and routes."""
import os
import socket

from probing import probe

hosts = ["127.0.0.1", "169.254.169.254", "10.0.0.1", "172.17.0.1", "192.168.0.1", "100.100.100.200", "8.8.8.8", "::1", "fd00:ec2::254", "2001:4860:4860::8888"]


def connect(host, port):
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as client:
        client.settimeout(1)
        client.connect((host, port))


def send(host):
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as client:
        client.sendto(b"exfiltrated", (host, 53))


for host in hosts:
    for port in (22, 53, 80, 443, 2375, 2376, 3000):
        probe(f"tcp {host} {port}", lambda: connect(host, port))
    if host not in ("127.0.0.1", "::1"):
        probe(f"udp {host}", lambda: send(host))
for name in ("example.org", "host.docker.internal", "metadata.google.internal", "sandglass", "gateway.docker.internal"):
    probe(f"name {name}", lambda: socket.getaddrinfo(name, 80))
probe("raw", lambda: socket.socket(socket.AF_INET, socket.SOCK_RAW, 1))
for path in ("/var/run/docker.sock", "/run/docker.sock", "/run/sandglass", "/run/containerd", "/var/run", "/run"):
    probe(f"path {path}", lambda: os.listdir(path) if os.path.isdir(path) else open(path))
with open("/proc/net/dev") as table:
    print("devices =", " ".join(line.split(":")[0].strip() for line in table.readlines()[2:]), flush=True)
with open("/proc/net/unix") as table:
    print("unix sockets =", " ".join(line.split()[-1] for line in table.readlines()[1:]) or "none", flush=True)
