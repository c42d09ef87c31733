"""Leaves, in every place that Python looks at before a program, code that says so; then shows that it acts on programs started from here."""
import os
import site
import subprocess
import sys

confession = "import sys; sys.stderr.write('planted: ' + __name__ + '\\n')\n"
user_site = site.getusersitepackages()
os.makedirs(user_site, exist_ok=True)
for name in ("usercustomize.py", "sitecustomize.py"):
    open(f"{user_site}/{name}", "w").write(confession)
open(f"{user_site}/planted.pth", "w").write("import sys; sys.stderr.write('planted: pth\\n')\n")
for place in ("/workspace", "/tmp"):
    for name in ("sitecustomize.py", "usercustomize.py", "json.py", "os.py", "startup.py"):
        open(f"{place}/{name}", "w").write(confession)
open("/workspace/pyvenv.cfg", "w").write("home = /workspace\n")
for name in (".profile", ".bashrc", ".pythonrc", ".config"):
    open(os.path.expanduser(f"~/{name}"), "w").write("echo planted\n")
refused = []
for path in ("/etc/ld.so.preload", "/etc/profile", "/etc/environment", f"{os.path.dirname(os.__file__)}/sitecustomize.py", "/sandglass-agent", "/etc/python3/sitecustomize.py"):
    try:
        open(path, "a").close()
    except OSError as error:
        refused.append(os.strerror(error.errno).replace(" ", "_"))
print("refused:", *refused, flush=True)
os.environ.update(PYTHONSTARTUP="/workspace/startup.py", PYTHONPATH="/workspace", LD_PRELOAD="/workspace/none.so", LD_LIBRARY_PATH="/workspace", PYTHONINSPECT="1", BASH_ENV="/workspace/.profile")
child = subprocess.run([sys.executable, "-c", "print('child')"], capture_output=True, text=True, stdin=subprocess.DEVNULL)
print("child:", "planted" if "planted" in child.stderr else "clean", flush=True)
