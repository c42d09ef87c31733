"""Row 4. Makes empty files, which take no space but an inode each: a disk can run out of those too."""
import os

bound = 200_000
for folder in ("/workspace", "/tmp", "/dev/shm"):
    os.makedirs(f"{folder}/many", exist_ok=True)
    count = 0
    try:
        while count < bound:
            os.close(os.open(f"{folder}/many/{count}", os.O_CREAT | os.O_WRONLY))
            count += 1
        print(f"BROKE: {folder} took {count} files and would take more")
    except OSError as error:
        print(f"HELD:  {folder} after {count} files: {error.strerror}")
