import { type Case, plain } from "./case.ts";

const userSite = ["3.11", "3.13"].map((version) => `.local/lib/python${version}/site-packages`);

export const pythonCases: readonly Case[] = [
	...plain({
		"nothing at all": "",
		"argv and the names of the module":
			"import sys; print(sys.argv, sys.orig_argv, __name__, __file__, __spec__, __package__, __loader__.__class__)",
		"the module's own names": "print(sorted(globals()))",
		"who it is": "import sys; print(sys.executable, sys.prefix, sys.version, sys.platform, sys.base_prefix)",
		"its path": "import sys; print(sys.path, sys.path_hooks.__len__(), sorted(sys.path_importer_cache))",
		"its flags": "import sys; print(sys.flags, sys.dont_write_bytecode, sys.warnoptions, sys._xoptions)",
		"its modules": "import sys; print(sorted(sys.modules))",
		"the modules' own main": "import sys; print(sys.modules['__main__'].__dict__ is globals(), sys.modules['__main__'].__file__)",
		"its encodings":
			"import sys, locale; print(sys.getdefaultencoding(), sys.getfilesystemencoding(), locale.getlocale(), locale.getpreferredencoding())",
		"its streams":
			"import sys; print([(s.name, s.encoding, s.errors, s.mode, s.line_buffering, s.isatty(), s.fileno()) for s in (sys.stdin, sys.stdout, sys.stderr)])",
		"its buffers": "import sys; print([type(s.buffer).__name__ for s in (sys.stdin, sys.stdout, sys.stderr)], sys.stdout.write_through)",
		"its environment": "import os; print(dict(os.environ))",
		"what the kernel says its environment was, up to the room at its end":
			"print(open('/proc/self/environ').read().rstrip('\\0').split('\\0'))",
		"its environment's raw form": "import os; print(sorted(os.environb.items()), os.getenv('LD_PRELOAD'))",
		"a child's environment":
			"import subprocess, sys; print(subprocess.run([sys.executable, '-c', 'import os; print(dict(os.environ), list(open(\"/proc/self/environ\").read()[-3:]))'], capture_output=True, text=True))",
		"where it is": "import os; print(os.getcwd(), os.listdir(), os.listdir('/proc/self/fd'))",
		"its umask and limits":
			"import os, resource; print(os.umask(0o22), [resource.getrlimit(getattr(resource, n)) for n in sorted(dir(resource)) if n.startswith('RLIMIT_')])",
		"its descriptors":
			"import os; print([(n, os.get_inheritable(int(n))) for n in sorted(os.listdir('/proc/self/fd'))[:3]]); print(os.open('/dev/null', os.O_RDONLY))",
		"its numbers":
			"import os; print(os.getuid(), os.geteuid(), os.getgid(), os.getgroups(), os.getpid() == os.getpgid(0) == os.getsid(0), os.getppid(), os.getpriority(os.PRIO_PROCESS, 0))",
		"its status":
			"print(''.join(line for line in open('/proc/self/status') if line.startswith(('Name', 'Umask', 'Uid', 'Gid', 'Groups', 'Threads', 'Sig', 'Cap', 'NoNewPrivs', 'Seccomp'))))",
		"its command line":
			"print(open('/proc/self/cmdline').read().split('\\0'), open('/proc/self/comm').read(), __import__('os').readlink('/proc/self/exe'))",
		"its signals":
			"import signal; print([(s.name, str(signal.getsignal(s))) for s in sorted(signal.valid_signals()) if hasattr(s, 'name')]); print(signal.pthread_sigmask(signal.SIG_BLOCK, []), signal.getitimer(signal.ITIMER_REAL))",
		"an exit code": "raise SystemExit(7)",
		"an exit with words": "import sys; print('out'); sys.exit('words')",
		"an exit in the hard way": "import os; print('lost', end=''); os._exit(9)",
		"an exit in a thread": "import threading, sys; t = threading.Thread(target=lambda: sys.exit(3)); t.start(); t.join(); print('on')",
		"an uncaught error": "def f(n):\n    return 1 / n\n\nprint('before')\nf(0)\n",
		"an error in an error": "try:\n    {}['a']\nexcept KeyError as e:\n    raise ValueError('b') from e\n",
		"a group of errors": "raise ExceptionGroup('many', [ValueError(1), TypeError(2)])",
		"an error with a note": "e = ValueError('x'); e.add_note('a note'); raise e",
		"a syntax error": "print('never')\nx = = 1\n",
		"an indentation error": "if True:\nprint(1)\n",
		"an unknown name": "prin('x')",
		"an unknown module": "import nonexistent_module",
		"an encoding that is declared": "# -*- coding: latin-1 -*-\nprint(ascii('é'))\n",
		"NUL in the source": "print(1)\n\0\n",
		"a first line for a shell": "#!/usr/bin/env python3\nprint('ok')\n",
		"a recursion without end": "import sys\ndef f(): f()\ntry: f()\nexcept RecursionError as e: print(e, sys.getrecursionlimit())\n",
		"a warning": "import warnings; warnings.warn('watch out'); print(warnings.filters)",
		"a deprecation": "import warnings; warnings.warn('old', DeprecationWarning); print('x')",
		"atexit, in its order": "import atexit\nfor i in range(3): atexit.register(print, i)\nprint('main')\n",
		"atexit after an error": "import atexit; atexit.register(print, 'bye'); raise ValueError",
		"what is not flushed": "import sys; sys.stdout.write('no newline'); sys.stderr.write('err')",
		"both streams in turn": "import sys\nfor i in range(5):\n    print('o', i); print('e', i, file=sys.stderr)\n",
		"a flood": "print('x' * 100_000)",
		"the end of input": "import sys; print(repr(sys.stdin.read()))",
		"input at the end of input": "input('name? ')",
		threads:
			"import threading\nr = []\nts = [threading.Thread(target=r.append, args=(i,)) for i in range(8)]\n[t.start() for t in ts]; [t.join() for t in ts]\nprint(sorted(r), threading.active_count(), threading.main_thread() is threading.current_thread(), threading.current_thread().name)\n",
		fork: "import os, sys\npid = os.fork()\nif pid == 0:\n    print('child', os.getppid() != 1, flush=True); os._exit(4)\nprint(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))\n",
		"processes of multiprocessing":
			"import multiprocessing as m\nif __name__ == '__main__':\n    m.set_start_method('spawn')\n    with m.Pool(1) as p: print(p.map(abs, [-1, -2]))\n",
		"a program of its own":
			"import subprocess, sys; print(subprocess.run([sys.executable, '-c', 'import sys; print(sys.argv, sys.flags.hash_randomization); sys.exit(5)'], capture_output=True, text=True))",
		"death by a signal": "import os, signal; print('x', flush=True); os.kill(os.getpid(), signal.SIGTERM)",
		"death by its own fault": "import ctypes; ctypes.string_at(0)",
		abort: "import os; os.abort()",
		"a handler":
			"import os, signal; signal.signal(signal.SIGUSR1, lambda *a: print('got', a[0])); os.kill(os.getpid(), signal.SIGUSR1); print('on')",
		"an alarm":
			"import signal, time\nsignal.signal(signal.SIGALRM, lambda *a: print('rang'))\nsignal.setitimer(signal.ITIMER_REAL, 0.02); time.sleep(0.1)\n",
		"an interrupt": "import os, signal; os.kill(os.getpid(), signal.SIGINT)",
		"a broken pipe": "import os; r, w = os.pipe(); os.close(r); os.write(w, b'x')",
		"a terminal's size": "import os\ntry: print(os.get_terminal_size())\nexcept OSError as e: print(e)\n",
		"a terminal's name":
			"import os\ntry: print(os.ttyname(0).startswith('/dev/pts/'), os.tcgetpgrp(0) == os.getpgrp())\nexcept OSError as e: print(e)\n",
		"a terminal's settings": "import termios\ntry: print(termios.tcgetattr(0)[:4])\nexcept termios.error as e: print(e)\n",
		"the time that it has taken": "import time; print(time.process_time() < 5, time.thread_time() < 5, 0 <= time.time() - 1_600_000_000)",
		"a file beside it": "open('x', 'w').write('y'); print(open('x').read(), __import__('os').stat('x').st_mode)",
		"its own source": "import inspect, sys; print(inspect.getsource(sys.modules['__main__']))",
		"the importlib's view":
			"import importlib.util; print(importlib.util.find_spec('__main__') if __spec__ else None, importlib.util.find_spec('json').origin)",
		asyncio: "import asyncio\nasync def f():\n    await asyncio.sleep(0.01); return 3\nprint(asyncio.run(f()))\n",
		"what ctypes finds": "import ctypes; l = ctypes.CDLL(None); print(l.getpid() > 1, l.open(b'/nonexistent', 0))",
		"what gc counts": "import gc; print(gc.get_threshold(), gc.isenabled(), gc.get_debug())",
		"a hash of numbers": "print(hash(1), hash((1, 2)), hash(1.5), {1, 2, 3})",
		"how it was told to hash": "import os, sys; print(os.environ.get('PYTHONHASHSEED'), sys.flags.hash_randomization, sys.hash_info)",
		"site's own": "import site; print(site.getusersitepackages(), site.ENABLE_USER_SITE, site.getsitepackages())",
	}),
	{ name: "words for the program", content: "import sys; print(sys.argv)", arguments: ["a b", "", "ü", "-x", "main.py"] },
	{
		name: "input at a prompt",
		content: "n = input('name? '); m = input('more? '); print('hello', n, m)",
		dialogue: [
			{ after: "name? ", type: "Ada\n" },
			{ after: "more? ", type: "ünï\n" },
		],
	},
	{
		name: "input, a byte at a time",
		content: "import sys; print('go', flush=True); print([sys.stdin.buffer.read(1) for _ in range(4)])",
		dialogue: [{ after: "go", type: "abc\n" }],
	},
	{
		name: "an interrupt from the keyboard",
		content: "import time\ntry:\n    print('go', flush=True); time.sleep(20)\nexcept KeyboardInterrupt: print('caught')\n",
		dialogue: [{ after: "go", type: "\x03" }],
		modes: ["pty"],
	},
	{
		name: "an interrupt that nobody catches",
		content: "import time\nprint('go', flush=True); time.sleep(20)\n",
		dialogue: [{ after: "go", type: "\x03" }],
		modes: ["pty"],
	},
	{ name: "a module beside it", content: "import other; print(other.x, other.__file__)", beside: [{ name: "other.py", content: "x = 4" }] },
	{
		name: "a package beside it",
		content: "import p.q; print(p.q.x, p.__path__)",
		beside: [
			{ name: "p/__init__.py", content: "" },
			{ name: "p/q.py", content: "x = 5" },
		],
	},
	{
		name: "an error in a module beside it",
		content: "import other\nother.f()\n",
		beside: [{ name: "other.py", content: "def f():\n    raise OSError('here')\n" }],
	},
	{
		name: "a module called like the library's",
		content: "import random; print(random.x)",
		beside: [{ name: "random.py", content: "x = 6" }],
	},
	{
		name: "a module called like one that is there already",
		content: "import os, site; print(os.__file__, site.__file__)",
		beside: [{ name: "os.py", content: "1 / 0" }],
	},
	{ name: "a sitecustomize beside it", content: "print('main')", beside: [{ name: "sitecustomize.py", content: "print('site')" }] },
	{
		name: "a usercustomize in the user's own place",
		content: "import sys; print('main', sys.path)",
		beside: userSite.map((folder) => ({ name: `${folder}/usercustomize.py`, content: "print('user')" })),
	},
	{
		name: "a .pth in the user's own place",
		content: "import sys; print('x' in sys.path, sys.path)",
		beside: userSite.map((folder) => ({ name: `${folder}/x.pth`, content: "import sys; sys.path.append('x'); print('pth')" })),
	},
	{
		name: "a package in the user's own place",
		content: "import extra; print(extra.__file__)",
		beside: userSite.map((folder) => ({ name: `${folder}/extra.py`, content: "" })),
	},
	{ name: "a pyvenv.cfg beside it", content: "import sys; print(sys.prefix)", beside: [{ name: "pyvenv.cfg", content: "home = /tmp" }] },
	{ name: "a .python-version beside it", content: "print('ok')", beside: [{ name: ".python-version", content: "2.7" }] },
	{ name: "a __main__.py beside it", content: "print('main')", beside: [{ name: "__main__.py", content: "print('other')" }] },
	{
		name: "a start-up file for the interactive one",
		content: "print('main')",
		beside: [{ name: ".pythonstartup", content: "print('startup')" }],
	},
];
