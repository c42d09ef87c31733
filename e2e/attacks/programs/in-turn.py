"""Runs the programs named by its arguments one after the other, each in a process of its own, and prints `## name` before each one's
output. An argument is a program and, after a bar each, its arguments."""
import subprocess
import sys

for part in sys.argv[1:]:
    name, *arguments = part.split("|")
    print(f"## {name}", flush=True)
    # What this process inherited, its programs inherit too: they look for it.
    subprocess.run([sys.executable, name, *arguments], close_fds=False)
print("## end", flush=True)
