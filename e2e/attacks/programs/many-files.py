"""Makes up to argv[1] empty files in each folder named after it, and says how each ended: `folder count reason`."""
import os
import sys

bound = int(sys.argv[1])
for folder in sys.argv[2:]:
    count, reason = 0, "bound reached"
    os.mkdir(f"{folder}/many")
    try:
        while count < bound:
            os.close(os.open(f"{folder}/many/{count}", os.O_CREAT | os.O_WRONLY))
            count += 1
    except OSError as error:
        reason = os.strerror(error.errno)
    print(folder, count, reason.replace(" ", "_"), flush=True)
