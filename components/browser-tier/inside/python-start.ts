/**
 * What turns Pyodide into "python3 main.py": arguments, a standard input that waits, the traceback without our own frames, the exit code.
 * `read` gives a promise of bytes, of None at the end of input, or of a string after Ctrl-C; None itself: this browser cannot wait.
 */
export const pythonStart = `
def _prepare():
    import atexit, builtins, io, os, sys, traceback, types
    from pyodide.ffi import run_sync

    own = "<sandglass>"

    class Keyboard(io.RawIOBase):
        def __init__(self, read, given):
            self._read = read
            self._given = given

        def readable(self):
            return True

        def isatty(self):
            return self._given is None

        def readinto(self, room):
            size = min(len(room), 8192)
            if self._given is not None:
                data, self._given = self._given[:size], self._given[size:]
            else:
                answer = run_sync(self._read(size))
                if isinstance(answer, str):
                    raise KeyboardInterrupt
                data = b"" if answer is None else answer.to_bytes()
            room[: len(data)] = data
            return len(data)

    def tell(error, seen=None):
        told = traceback.TracebackException.from_exception(error)
        pending = [told]
        while pending:
            part = pending.pop()
            if part is None:
                continue
            part.stack = traceback.StackSummary.from_list([frame for frame in part.stack if frame.filename != own])
            pending += [part.__cause__, part.__context__]
        print("".join(told.format()), end="", file=sys.stderr)

    def code_of(leaving):
        code = leaving.code
        if code is None:
            return 0
        if isinstance(code, int):
            return code & 255
        print(code, file=sys.stderr)
        return 1

    def start(folder, entry, arguments, read, given, columns, rows):
        os.environ.update(COLUMNS=str(columns), LINES=str(rows), TERM="xterm-256color")
        keyboard = Keyboard(read, None if given is None else given.to_bytes())
        sys.stdin = sys.__stdin__ = io.TextIOWrapper(io.BufferedReader(keyboard), encoding="utf-8", errors="surrogateescape")
        path = f"{folder}/{entry}"
        os.chdir(folder)
        sys.argv = [entry, *arguments.to_py()]
        sys.path[0] = os.path.dirname(path)
        main = types.ModuleType("__main__")
        main.__file__ = path
        main.__builtins__ = builtins
        sys.modules["__main__"] = main
        code = 0
        try:
            with open(path, "rb") as source:
                program = compile(source.read(), path, "exec", dont_inherit=True)
            exec(program, main.__dict__)
        except SystemExit as leaving:
            code = code_of(leaving)
        except BaseException as error:
            code = 130 if isinstance(error, KeyboardInterrupt) else 1
            tell(error)
        try:
            atexit._run_exitfuncs()
        except BaseException as error:
            tell(error)
        for stream in (sys.stdout, sys.stderr):
            try:
                stream.flush()
            except Exception:
                pass
        return code

    return start

_prepare()
`;
