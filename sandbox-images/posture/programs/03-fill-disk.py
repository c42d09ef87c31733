"""Row 3. Writes into every folder that takes a file, until each is full. What it fills is memory of this sandbox, never a disk."""
import os

bound_bytes = 512 << 20
block = b"x" * (1 << 20)
for folder in ("/workspace", "/tmp", "/dev/shm", "/", "/usr/bin", "/etc", "/var/tmp", "/run", "/home", "/mnt"):
    path = os.path.join(folder, "ballast")
    written = 0
    try:
        with open(path, "wb", buffering=0) as file:
            while written < bound_bytes:
                written += file.write(block)
        print(f"BROKE: {folder} took {written >> 20} MiB and would take more")
    except OSError as error:
        print(f"HELD:  {folder} after {written >> 20} MiB: {error.strerror}")
    if os.path.exists(path):
        os.unlink(path)
