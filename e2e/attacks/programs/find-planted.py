"""Says what of plant-python.py acts on this program: its modules, its environment, its home."""
import json
import os
import sys

print("json:", json.__file__.rsplit("/lib/", 1)[-1].replace(f"python{sys.version_info[0]}.{sys.version_info[1]}", "python3"), flush=True)
print("customised:", sorted(name for name in ("sitecustomize", "usercustomize") if getattr(sys.modules.get(name), "__file__", "").startswith(("/workspace", "/tmp"))), flush=True)
print("environment:", sorted(name for name in os.environ if name.startswith(("LD_", "PYTHON", "BASH_", "NODE_"))), flush=True)
print("home:", sorted(os.listdir(os.path.expanduser("~"))), flush=True)
print("preloaded:", any("/workspace" in line for line in open("/proc/self/maps")), flush=True)
