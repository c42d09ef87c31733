"""Row 32. What an earlier run left, and random numbers: two clones of one machine could draw the same. Run it twice and compare."""
import os
import random
import uuid

for folder in ("/workspace", "/tmp", "/dev/shm", os.path.expanduser("~")):
    try:
        left = [name for name in os.listdir(folder) if name != "main.py"]
    except OSError:
        continue
    print(f"BROKE: {folder} holds {left}" if left else f"HELD:  {folder} is empty")
print("random:", random.getrandbits(64), os.urandom(8).hex(), uuid.uuid4())
open("/tmp/left-behind", "w").write("of an earlier run")
