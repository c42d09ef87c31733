"""Row 27. Looks for a way out through what was left open: descriptors, the working directory, the program's own file
(CVE-2024-21626, CVE-2019-5736)."""
import os

for name in sorted(os.listdir("/proc/self/fd"), key=int):
    try:
        print(f"       descriptor {name} is {os.readlink(f'/proc/self/fd/{name}')}")
    except OSError:
        pass
print(f"       the working directory is {os.getcwd()}")
for path in ("/proc/self/cwd/../../../../etc/shadow", "/proc/self/root/etc/shadow", "/proc/1/root/etc/shadow", "/proc/1/cwd/etc/shadow"):
    try:
        with open(path) as file:
            print(f"BROKE: read {path}: {file.readline().strip()}")
    except OSError as error:
        print(f"HELD:  {path}: {error.strerror}")
for path in ("/proc/self/exe", "/proc/1/exe", "/sandglass-agent", "/usr/bin/python3"):
    try:
        os.close(os.open(path, os.O_WRONLY))
        print(f"BROKE: may write {path}")
    except OSError as error:
        print(f"HELD:  writing {path}: {error.strerror}")
