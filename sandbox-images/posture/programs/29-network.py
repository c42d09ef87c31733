"""Row 29. Calls every address worth having: the cloud's metadata (its keys), private networks, this machine, the world; and names."""
import socket

for what, host, port in (
    ("cloud metadata", "169.254.169.254", 80), ("cloud metadata", "100.100.100.200", 80), ("private network", "10.0.0.1", 80),
    ("private network", "192.168.0.1", 80), ("the engine's bridge", "172.17.0.1", 22), ("this server's port", "127.0.0.1", 3000),
    ("the world", "1.1.1.1", 443), ("the world", "2606:4700:4700::1111", 443),
):
    try:
        socket.create_connection((host, port), timeout=2).close()
        print(f"BROKE: {what}: connected to {host}:{port}")
    except OSError as error:
        print(f"HELD:  {what}: {host}:{port}: {error.strerror or error}")
for name in ("example.org", "metadata.google.internal", "host.docker.internal"):
    try:
        print(f"BROKE: {name} is {socket.gethostbyname(name)}")
    except OSError as error:
        print(f"HELD:  {name}: {error.strerror or error}")
with open("/proc/net/dev") as table:
    print("       devices:", ", ".join(line.split(":")[0].strip() for line in table.readlines()[2:]) or "none")
