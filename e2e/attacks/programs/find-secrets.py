"""Looks for each line of wanted.txt in all that it can read of itself, its agent and its surroundings; says where each was found.
Not for arguments: those it would find in its own command line."""
import os
import platform

wanted = open("wanted.txt").read().splitlines()
os.unlink("wanted.txt")
places = {}
for pid in os.listdir("/proc"):
    if not pid.isdigit():
        continue
    for name in ("environ", "cmdline", "mountinfo", "mounts", "cgroup", "maps", "status", "limits", "attr/current"):
        path = f"/proc/{pid}/{name}"
        try:
            places[path] = open(path, "rb").read().decode("utf-8", "replace")
        except OSError:
            pass
for root in ("/etc", "/run", "/root", "/home", "/workspace", "/tmp", "/dev/shm", "/var", "/proc/sys/kernel", "/proc/net"):
    for folder, _, files in os.walk(root):
        for name in files:
            try:
                places[os.path.join(folder, name)] = open(os.path.join(folder, name), "rb").read(1 << 20).decode("utf-8", "replace")
            except OSError:
                pass
places.pop(os.path.abspath(__file__), None)
places["uname"] = " ".join(platform.uname())
for number, text in enumerate(wanted):
    print(f"wanted {number} = {' '.join(path for path, content in places.items() if text in content) or 'nowhere'}", flush=True)
print(f"places = {len(places)}", flush=True)
