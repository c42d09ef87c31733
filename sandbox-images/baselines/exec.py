"""Stand-in for a server that runs a visitor's code by exec() in its own process, with the builtins taken away. The arguments are the program
that the visitor's code starts once it is out. What is secret here is made up."""
import json
import os
import sys

session_key = "made-up-" + os.urandom(8).hex()
visitor = """
out = next(it for it in ().__class__.__base__.__subclasses__() if it.__name__ == "_wrap_close").__init__.__globals__
modules = out["sys"].modules
found = modules["__main__"].session_key
out["spawnv"](out["P_WAIT"], program[0], program)
"""


def tell(id, title, is_broken, tried, happened, why):
    attack = {"row": int(id[:2]), "id": id, "title": title, "outcome": "broke" if is_broken else "held", "tried": tried, "happened": happened, "why": why}
    print(json.dumps({"attack": attack}), flush=True)


jail = {"__builtins__": {"next": next}, "program": sys.argv[1:]}
problem = "it was let out"
try:
    exec(visitor, jail)
except Exception as error:
    problem = repr(error)
found = jail.get("found", "")
tell(
    "41-in-process", "Walk out of the language's own jail", "modules" in jail, "From an empty tuple to its class, to object, to all classes, to one that the module os defines.",
    f"sys.modules was reached; {problem}" if "modules" in jail else problem,
    "All objects of a process are one graph, and taking names away cuts none of its edges. The way out exists in every version.",
)
tell(
    "33-server-memory", "Read the server's memory", found == session_key, "Reads a variable of the server's main module.",
    f"session_key is {found[:12]}…" if found else "not found",
    "One process has one memory: whatever the server knows, its visitor knows.",
)
