"""Leaves links where the next run's files will be written."""
import os

os.makedirs("/tmp/target", exist_ok=True)
os.symlink("/tmp/target", "/workspace/folder")
os.symlink("/tmp/target/loot", "/workspace/notes.txt")
os.symlink("/etc", "/workspace/etc")
os.symlink("/proc/self/fd", "/workspace/descriptors")
os.mkdir("/workspace/twin")
os.rename("/workspace/twin", "/workspace/moved")
os.symlink("/workspace/moved", "/workspace/twin")
open("/tmp/history", "w").write("left behind")
open("/dev/shm/history", "w").write("left behind")
# The control: nothing here itself keeps anyone from writing through a link.
with open("/workspace/folder/proof", "w") as file:
    file.write("through the link")
print("planted:", open("/tmp/target/proof").read(), flush=True)
