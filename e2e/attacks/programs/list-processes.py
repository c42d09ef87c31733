"""Says what else runs here and what lies in the folders that can be written."""
import os

others = [pid for pid in os.listdir("/proc") if pid.isdigit() and int(pid) not in (1, os.getpid())]
print("others:", " ".join(others) or "none", flush=True)
for folder in ("/workspace", "/tmp", "/dev/shm"):
    print(f"{folder}:", " ".join(sorted(os.listdir(folder))) or "empty", flush=True)
