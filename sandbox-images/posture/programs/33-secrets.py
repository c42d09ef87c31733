"""Row 33. Searches all that it can read for what a server would rather keep: environments, tokens, keys, host names, paths."""
import os
import re

secret = re.compile(rb"(?i)((secret|token|password|api_?key)\w*\s*=\s*\S|PRIVATE KEY|AWS_|DOCKER_HOST)[^\n\0]{0,60}")
found = 0
places = [f"/proc/{pid}/{name}" for pid in os.listdir("/proc") if pid.isdigit() for name in ("environ", "cmdline")]
for root in ("/etc", "/run", "/root", "/home", "/srv", "/var/lib", "/opt", "/tmp"):
    for folder, _, files in os.walk(root):
        places += [os.path.join(folder, name) for name in files]
for path in places:
    try:
        with open(path, "rb") as file:
            content = file.read(1 << 18)
    except OSError:
        continue
    if path == f"/proc/{os.getpid()}/cmdline":
        continue
    for match in list(secret.finditer(content))[:1]:
        found += 1
        print(f"look: {path}: {match.group()[:70].decode('utf-8', 'replace')}")
print(f"{len(places)} places searched, {found} worth a look")
print("environment:", dict(os.environ))
