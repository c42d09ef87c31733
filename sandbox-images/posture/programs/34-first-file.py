"""Row 34. A file named like a part of the standard library is loaded in its place: here it acts on itself, inside its own sandbox."""
import importlib
import os
import sys

with open("/workspace/json.py", "w") as file:
    file.write("import os\nprint('       my json.py runs as user', os.getuid(), 'and sees', sorted(os.listdir('/')))\n")
sys.path.insert(0, "/workspace")
importlib.import_module("json")
print("HELD:  it was this program's own process that was fooled, and it holds nothing worth having")
print("       environment:", sorted(os.environ))
