import { type Case, plain } from "./case.ts";

export const nodeCases: readonly Case[] = [
	...plain({
		"nothing at all": "",
		"its words": "console.log(process.argv, process.argv0, process.execArgv, process.execPath, process.title)",
		"its file": "console.log(__filename, __dirname, require.main === module, module.paths, module.id)",
		"its globals": "console.log(Reflect.ownKeys(globalThis))",
		"what is loaded": "console.log(process.moduleLoadList.slice().sort().join('\\n'), Object.keys(require.cache))",
		"its versions": "console.log(process.versions, process.release, process.config.variables.node_shared, process.features)",
		"its environment": "console.log(process.env)",
		"its environment's raw form":
			"console.log(process.env.LD_PRELOAD, require('fs').readFileSync('/proc/self/environ', 'latin1').split('\\0').filter(Boolean))",
		"its place": "console.log(process.cwd(), require('fs').readdirSync('.'), process.umask(), process.getuid(), process.getgroups())",
		"its streams":
			"console.log([0, 1, 2].map((n) => require('tty').isatty(n)), process.stdin.constructor.name, process.stdout.constructor.name, process.stdout.columns, process.stdout.writableHighWaterMark)",
		"its descriptors": "const fs = require('fs'); console.log(fs.openSync('/dev/null'), fs.readdirSync('/proc/self/fd').length)",
		"its status":
			"console.log(require('fs').readFileSync('/proc/self/status', 'utf8').split('\\n').filter((l) => /^(Name|Umask|Uid|Gid|Groups|Threads|Sig|Cap|NoNewPrivs|Seccomp)/.test(l)).join('\\n'))",
		"its command line":
			"const fs = require('fs'); console.log(fs.readFileSync('/proc/self/cmdline', 'utf8').split('\\0'), fs.readlinkSync('/proc/self/exe'))",
		"its limits": "console.log(require('fs').readFileSync('/proc/self/limits', 'utf8'))",
		"how long it has run": "console.log(process.uptime() < 5, performance.now() < 5000, performance.now() > 0)",
		"when it was started":
			"const d = performance.timeOrigin + performance.now() - Date.now(); console.log(Math.abs(d) < 50, performance.nodeTiming.nodeStart >= 0 && performance.nodeTiming.nodeStart < 5000, performance.nodeTiming.v8Start < 5000, performance.nodeTiming.bootstrapComplete > 0 && performance.nodeTiming.bootstrapComplete <= performance.now())",
		"timers, in their order":
			"setTimeout(() => console.log('t'), 5); setImmediate(() => console.log('i')); process.nextTick(() => console.log('n')); Promise.resolve().then(() => console.log('p')); console.log('s')",
		"a timer's time":
			"const t = performance.now(); setTimeout(() => { const d = performance.now() - t; console.log(d >= 19 && d < 2000) }, 20)",
		"an interval": "let n = 0; const i = setInterval(() => { console.log(++n); if (n === 3) clearInterval(i) }, 2)",
		"an exit code": "process.exitCode = 7",
		"an exit": "console.log('x'); process.exit(9)",
		"its end": "process.on('exit', (c) => console.log('exit', c)); process.on('beforeExit', () => console.log('before'))",
		"an uncaught error": "function f(n) {\n\treturn n.x.y;\n}\nconsole.log('before');\nf({});\n",
		"a thrown string": "throw 'x'",
		"an error with a cause": "throw new Error('a', { cause: new TypeError('b') })",
		"a rejection that nobody takes": "Promise.reject(new Error('x'))",
		"a syntax error": "console.log('never');\nlet x = = 1;\n",
		"an unknown name": "prin('x')",
		"an unknown module": "require('nonexistent-module')",
		"a module of the other kind": "import fs from 'fs'; console.log(typeof fs.readFileSync)",
		"await at the top": "await 1; console.log('x')",
		"a dynamic import": "import('fs').then((m) => console.log(Object.keys(m).length > 50))",
		"a first line for a shell": "#!/usr/bin/env node\nconsole.log('ok')",
		strict: "'use strict'; console.log(this === module.exports, (function () { return this })())",
		"a stack": "console.log(new Error('x').stack)",
		"the end of input": "console.log(JSON.stringify(require('fs').readFileSync(0, 'utf8')))",
		"input as a stream": "process.stdin.on('data', (d) => console.log(String(d))).on('end', () => console.log('end'))",
		"both streams": "for (let i = 0; i < 5; i++) { console.log(i); console.error(i) }",
		"a flood": "process.stdout.write('x'.repeat(100_000))",
		"a worker":
			"const { Worker } = require('worker_threads'); new Worker('require(\"worker_threads\").parentPort.postMessage([process.argv.length, process.env.LD_PRELOAD])', { eval: true }).on('message', (m) => console.log(m))",
		"a program of its own":
			"console.log(require('child_process').spawnSync(process.execPath, ['-e', 'console.log(process.env, process.argv)', 'a']).stdout.toString())",
		"a fork of its own":
			"if (process.argv[2]) process.send(process.argv.slice(2)); else require('child_process').fork(__filename, ['a']).on('message', (m) => console.log(m))",
		"death by a signal": "console.log('x'); process.kill(process.pid, 'SIGTERM'); setTimeout(() => {}, 1000)",
		"death by ABRT": "process.kill(process.pid, 'SIGABRT'); setTimeout(() => {}, 1000)",
		"a handler":
			"process.on('SIGUSR2', () => { console.log('got'); process.exit(0) }); process.kill(process.pid, 'SIGUSR2'); setTimeout(() => {}, 1000)",
		"a warning":
			"process.removeAllListeners('warning').on('warning', (w) => console.log(w.name, w.message, w.code)); process.emitWarning('watch out'); new Buffer(1)",
		"memory's limits": "console.log(require('v8').getHeapStatistics().heap_size_limit, process.constrainedMemory())",
		"a locale and a zone": "console.log(Intl.DateTimeFormat().resolvedOptions(), new Date(0).toString())",
		"a file beside it":
			"const fs = require('fs'); fs.writeFileSync('x', 'y'); console.log(fs.readFileSync('x', 'utf8'), fs.statSync('x').mode)",
		"a colour": "console.log(process.stdout.hasColors?.(), require('util').inspect({ a: 1 }, { colors: process.stdout.isTTY }))",
		"a resource's usage": "console.log(process.resourceUsage().userCPUTime > 0, process.memoryUsage().rss > 0)",
	}),
	{ name: "words for the program", content: "console.log(process.argv)", arguments: ["a b", "", "ü", "-x", "main.js"] },
	{
		name: "input at a prompt",
		content:
			"const r = require('readline').createInterface({ input: process.stdin, output: process.stdout }); r.question('name? ', (n) => { console.log('hello', n); r.close() })",
		dialogue: [{ after: "name? ", type: "Ada\n" }],
	},
	{
		name: "an interrupt from the keyboard",
		content: "process.on('SIGINT', () => { console.log('caught'); process.exit(3) }); console.log('go'); setTimeout(() => {}, 20_000)",
		dialogue: [{ after: "go", type: "\x03" }],
		modes: ["pty"],
	},
	{ name: "a module beside it", content: "console.log(require('./other'))", beside: [{ name: "other.js", content: "module.exports = 4" }] },
	{
		name: "a package.json that makes it a module",
		content: "console.log(import.meta.url, typeof require)",
		beside: [{ name: "package.json", content: '{ "type": "module" }' }],
	},
	{
		name: "a package.json that makes it none",
		content: "console.log(typeof require)",
		beside: [{ name: "package.json", content: '{ "type": "commonjs" }' }],
	},
	{ name: "a package.json that is broken", content: "console.log(1)", beside: [{ name: "package.json", content: "{" }] },
	{
		name: "a package of its own",
		content: "console.log(require('mine'))",
		beside: [{ name: "node_modules/mine/index.js", content: "module.exports = 'mine'" }],
	},
	{
		name: "files that other tools would read",
		content: "console.log(process.versions.node.length > 3)",
		beside: [".noderc", ".npmrc", ".node-version", ".env", "node.config.json"].map((name) => ({ name, content: "x=1" })),
	},
];

/** In Deno, which lets a program reach nothing. */
export const denoCases: readonly Case[] = [
	{
		// It reads the two clocks one after the other, and may lose the processor between: what tells is a wait far longer than that.
		name: "how long it has run",
		content: "console.log(performance.now() < 2000, Math.abs(performance.timeOrigin + performance.now() - Date.now()) < 1500)",
		heldAfterMs: 3_000,
	},
	...plain({
		"nothing at all": "",
		"its words": "console.log(Deno.args, import.meta.url, import.meta.main, Deno.version)",
		"its globals": "console.log(Reflect.ownKeys(globalThis))",
		"its streams": "console.log(Deno.stdin.isTerminal(), Deno.stdout.isTerminal(), Deno.noColor)",
		"an exit code": "Deno.exit(7)",
		"an uncaught error": "function f(n: any) {\n\treturn n.x.y;\n}\nconsole.log('before');\nf({});\n".replace(": any", ""),
		"a rejection that nobody takes": "Promise.reject(new Error('x'))",
		"a syntax error": "console.log('never');\nlet x = = 1;\n",
		"an unknown name": "prin('x')",
		"an unknown module": "import './nonexistent.js'",
		"await at the top": "console.log(await new Promise((r) => setTimeout(r, 5, 'x')))",
		"timers, in their order": "setTimeout(() => console.log('t'), 5); queueMicrotask(() => console.log('q')); console.log('s')",
		"what it may":
			"for (const name of ['read', 'write', 'net', 'env', 'run', 'sys', 'ffi']) console.log(name, (await Deno.permissions.query({ name })).state)",
		"the end of input": "console.log(await Deno.stdin.read(new Uint8Array(4)))",
		"both streams": "for (let i = 0; i < 5; i++) { console.log(i); console.error(i) }",
		"a flood": "console.log('x'.repeat(100_000))",
		"a worker":
			"const w = new Worker('data:text/javascript,postMessage(4)', { type: 'module' }); w.onmessage = (m) => { console.log(m.data); w.terminate() }",
		"its end": "addEventListener('unload', () => console.log('unload')); console.log('x')",
		"a locale": "console.log(Intl.DateTimeFormat().resolvedOptions())",
		"a stack": "console.log(new Error('x').stack)",
		"modules of Node": "import os from 'node:os'; import { sep } from 'node:path'; console.log(sep, typeof os.cpus)",
	}),
	{ name: "words for the program", content: "console.log(Deno.args)", arguments: ["a b", "", "ü", "-x"] },
	{
		name: "input at a prompt",
		content: "console.log('hello', prompt('name?'))",
		dialogue: [{ after: "name?", type: "Ada\n" }],
		modes: ["pty"],
	},
	{
		name: "a module beside it",
		content: "import { x } from './other.js'; console.log(x)",
		beside: [{ name: "other.js", content: "export const x = 4" }],
	},
	{
		name: "files that it would read if it were let",
		content: "console.log(1)",
		beside: [
			{ name: "deno.json", content: '{ "imports": { "x": "./y.js" } }' },
			{ name: "package.json", content: '{ "type": "commonjs" }' },
			{ name: ".npmrc", content: "registry=http://127.0.0.1/" },
			{ name: "deno.lock", content: "{}" },
			{ name: ".env", content: "X=1" },
		],
	},
];
