"""Row 25. Counts the devices, and makes one: a disk of the machine's, if it may."""
import os
import stat

harmless = {"null", "zero", "full", "random", "urandom", "tty", "ptmx", "console"}
for folder, _, files in os.walk("/dev"):
    for name in sorted(files):
        path = os.path.join(folder, name)
        mode = os.lstat(path).st_mode
        if not (stat.S_ISCHR(mode) or stat.S_ISBLK(mode)):
            continue
        is_harmless = name in harmless or folder == "/dev/pts"
        print(f"{'as it should:' if is_harmless else 'look:'} {path}")
for name, mode, device in (("disk", 0o60600, os.makedev(8, 0)), ("mem", 0o20600, os.makedev(1, 1))):
    try:
        os.mknod(f"/tmp/{name}", mode, device)
        print(f"BROKE: made the device {name}")
    except OSError as error:
        print(f"HELD:  mknod {name}: {error.strerror}")
