"""Says what the workspace holds, by kind, and what is in /tmp."""
import os
import stat

for root, folders, files in os.walk("/workspace"):
    for name in sorted(folders + files):
        path = os.path.join(root, name)
        mode = os.lstat(path).st_mode
        kind = "link" if stat.S_ISLNK(mode) else "folder" if stat.S_ISDIR(mode) else "file"
        print(kind, path, flush=True)
print("elsewhere:", sorted(os.listdir("/tmp") + os.listdir("/dev/shm")), flush=True)
