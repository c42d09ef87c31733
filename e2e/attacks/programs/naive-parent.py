"""What an agent without our protections would be: it runs the file argv[1] with the rest as arguments, then looks who is left.
Process 1 of the containers that serve as controls."""
import os
import subprocess
import sys

result = subprocess.run([sys.executable, *sys.argv[1:]])
survivors = [pid for pid in os.listdir("/proc") if pid.isdigit() and int(pid) != os.getpid()]
print(f"status: {result.returncode}; survivors: {len(survivors)}", flush=True)
