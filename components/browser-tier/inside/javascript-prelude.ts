/**
 * What a script finds in its globals besides the language: `console`, `prompt` and `readline` which wait for the keyboard, timers,
 * `process`, `require`, and the few of Node's modules that small programs ask for. Runs inside the interpreter, before the program;
 * `host` is what the worker lends it.
 */
export const javascriptPrelude = `
(function (host, program) {
	const plain = new Set(["Object", "Array"]);
	function quote(text) {
		return "'" + text.replace(/\\\\/g, "\\\\\\\\").replace(/'/g, "\\\\'").replace(/\\n/g, "\\\\n") + "'";
	}
	function nameOf(value) {
		const maker = Object.getPrototypeOf(value)?.constructor;
		return typeof maker === "function" ? maker.name : "[Object: null prototype]";
	}
	function inspect(value, depth, seen) {
		if (typeof value === "string") return depth === 0 ? value : quote(value);
		if (typeof value === "bigint") return value + "n";
		if (typeof value === "symbol") return String(value);
		if (Object.is(value, -0)) return "-0";
		if (typeof value === "function") return "[" + (/^class\\b/.test(String(value)) ? "class" : "Function") + (value.name ? (/^class\\b/.test(String(value)) ? " " : ": ") + value.name : " (anonymous)") + "]";
		if (typeof value !== "object" || value === null) return String(value);
		if (seen.includes(value)) return "[Circular]";
		if (value instanceof Error) return describe(value);
		if (value instanceof Date) return Number.isNaN(value.getTime()) ? "Invalid Date" : value.toISOString();
		if (value instanceof RegExp) return String(value);
		if (value instanceof Promise) return "Promise {}";
		const inner = (item) => inspect(item, depth + 1, [...seen, value]);
		const name = nameOf(value);
		if (depth > 3) return Array.isArray(value) ? "[Array]" : "[" + name + "]";
		let head = plain.has(name) ? "" : name + " ";
		let parts;
		let brackets = ["{", "}"];
		if (Array.isArray(value) || ArrayBuffer.isView(value)) {
			const shown = Array.from(value).slice(0, 100);
			parts = shown.map(inner);
			if (value.length > 100) parts.push("... " + (value.length - 100) + " more items");
			brackets = ["[", "]"];
			if (head !== "") head = name + "(" + value.length + ") ";
		} else if (value instanceof Map) {
			parts = [...value].map(([key, item]) => inner(key) + " => " + inner(item));
			head = name + "(" + value.size + ") ";
		} else if (value instanceof Set) {
			parts = [...value].map(inner);
			head = name + "(" + value.size + ") ";
		} else {
			parts = Reflect.ownKeys(value)
				.filter((key) => Object.getOwnPropertyDescriptor(value, key).enumerable)
				.map((key) => {
					const own = Object.getOwnPropertyDescriptor(value, key);
					const told = own.get !== undefined || own.set !== undefined ? "[Getter/Setter]" : inner(own.value);
					const shown = typeof key === "symbol" ? "[" + String(key) + "]" : /^[A-Za-z_$][\\w$]*$/.test(key) ? key : quote(key);
					return shown + ": " + told;
				});
		}
		if (parts.length === 0) return head + brackets.join("");
		const oneLine = head + brackets[0] + " " + parts.join(", ") + " " + brackets[1];
		if (oneLine.length <= 76 && !oneLine.includes("\\n")) return oneLine;
		const indent = (text) => text.replace(/\\n/g, "\\n  ");
		return head + brackets[0] + "\\n  " + parts.map(indent).join(",\\n  ") + "\\n" + brackets[1];
	}
	function describe(error) {
		const stack = String(error.stack ?? "").trimEnd();
		const cause = error.cause === undefined ? "" : "\\n  [cause]: " + inspect(error.cause, 1, [error]);
		return error.name + ": " + error.message + (stack === "" ? "" : "\\n" + stack) + cause;
	}
	function format(items) {
		const [first, ...rest] = items;
		if (typeof first !== "string") return items.map((item) => inspect(item, 0, [])).join(" ");
		const text = first.replace(/%([sdifjoOc%])/g, (whole, kind) => {
			if (kind === "%") return "%";
			if (rest.length === 0) return whole;
			const item = rest.shift();
			if (kind === "d") return String(Number(item));
			if (kind === "i") return String(Number.parseInt(item, 10));
			if (kind === "f") return String(Number.parseFloat(item));
			if (kind === "j") return JSON.stringify(item);
			if (kind === "c") return "";
			return kind === "s" ? inspect(item, 0, []) : inspect(item, 1, []);
		});
		return [text, ...rest.map((item) => inspect(item, 0, []))].join(" ");
	}

	let margin = "";
	const counts = new Map();
	const clocks = new Map();
	const print = (...items) => host.write(margin + format(items).replace(/\\n/g, "\\n" + margin) + "\\n");
	const console = {
		log: print, info: print, debug: print, error: print, warn: print,
		trace: (...items) => print("Trace:", ...items),
		dir: (item) => print(inspect(item, 1, [])),
		table: (rows) => print(rows),
		assert: (claim, ...items) => { if (!claim) print("Assertion failed" + (items.length > 0 ? ":" : ""), ...items); },
		group: (...items) => { if (items.length > 0) print(...items); margin += "  "; },
		groupEnd: () => { margin = margin.slice(2); },
		count: (name = "default") => { counts.set(name, (counts.get(name) ?? 0) + 1); print(name + ": " + counts.get(name)); },
		time: (name = "default") => { clocks.set(name, host.now()); },
		timeEnd: (name = "default") => { print(name + ": " + (host.now() - clocks.get(name)).toFixed(3) + "ms"); },
	};

	let held = "";
	let isOver = false;
	/** The next line without its end; null at the end of input. */
	function readLine() {
		for (;;) {
			const end = held.indexOf("\\n");
			if (end >= 0) {
				const line = held.slice(0, end);
				held = held.slice(end + 1);
				return line;
			}
			if (isOver) {
				const line = held;
				held = "";
				return line === "" ? null : line;
			}
			const more = host.read();
			if (more === null) isOver = true;
			else held += more;
		}
	}
	function readAll() {
		let text = "";
		for (let line = readLine(); line !== null; line = readLine()) text += line + "\\n";
		return text;
	}

	const timers = new Map();
	let lastTimer = 0;
	function addTimer(action, delay, items, isRepeated) {
		const id = ++lastTimer;
		const everyMs = Math.max(1, Number(delay) || 0);
		timers.set(id, { action, items, at: host.now() + everyMs, everyMs: isRepeated ? everyMs : null });
		return id;
	}
	/** Milliseconds until something is due, null: nothing ever. What is due is done. */
	function turn() {
		let next = null;
		for (const [id, timer] of timers) if (next === null || timer.at < next[1].at) next = [id, timer];
		if (next === null) return null;
		const [id, timer] = next;
		const waitMs = timer.at - host.now();
		if (waitMs > 0) return waitMs;
		if (timer.everyMs === null) timers.delete(id);
		else timer.at = host.now() + timer.everyMs;
		timer.action(...timer.items);
		return 0;
	}
	const soon = (action) => new Promise((resolve, reject) => addTimer(() => { try { resolve(action()); } catch (error) { reject(error); } }, 0, [], false));

	const stdout = { isTTY: true, columns: program.columns, rows: program.rows, write: (text) => { host.write(String(text)); return true; } };
	const lines = () => ({ [Symbol.asyncIterator]() { return this; }, async next() { const value = await soon(readLine); return value === null ? { done: true, value: undefined } : { done: false, value }; } });
	const stdin = { isTTY: true, fd: 0, setEncoding: () => stdin, [Symbol.asyncIterator]: () => { const from = lines(); return { next: async () => { const step = await from.next(); return step.done ? step : { done: false, value: step.value + "\\n" }; } }; } };
	const process = {
		argv: ["quickjs", program.entry, ...program.arguments], env: {}, exitCode: undefined, platform: "browser", stdin, stdout, stderr: stdout,
		cwd: () => "/workspace", exit: (code) => host.exit(Number(code ?? process.exitCode ?? 0)), nextTick: (action, ...items) => { Promise.resolve().then(() => action(...items)); },
		hrtime: { bigint: () => BigInt(Math.round(host.now() * 1e6)) }, uptime: () => host.now() / 1000, on: () => process,
	};
	function createInterface(isPromised) {
		const listeners = { line: [], close: [] };
		const self = {
			question: (text, ...rest) => {
				const asked = soon(() => { host.write(String(text)); return readLine() ?? ""; });
				if (isPromised) return asked;
				asked.then(rest.at(-1));
			},
			on: (name, action) => {
				if (listeners[name] === undefined) return self;
				listeners[name].push(action);
				if (name === "line" && listeners.line.length === 1) (async () => { for await (const line of lines()) for (const heard of listeners.line) heard(line); for (const heard of listeners.close) heard(); })();
				return self;
			},
			once: (name, action) => self.on(name, action),
			setPrompt: () => undefined, prompt: () => { host.write("> "); }, write: (text) => host.write(text), close: () => undefined,
			[Symbol.asyncIterator]: lines,
		};
		return self;
	}
	const fileOf = (name) => {
		const path = String(name).replace(/^(\\.\\/|\\/workspace\\/)+/, "");
		const content = host.file(path);
		if (content === null) throw new Error("ENOENT: no such file or directory, open '" + name + "'");
		return content;
	};
	const fs = {
		readFileSync: (name) => (name === 0 || name === "/dev/stdin" ? readAll() : fileOf(name)),
		existsSync: (name) => { try { fileOf(name); return true; } catch { return false; } },
	};
	const readline = { createInterface: () => createInterface(false) };
	const modules = {
		process, fs, readline, "readline/promises": { createInterface: () => createInterface(true) },
		"fs/promises": { readFile: async (name) => fileOf(name) }, util: { inspect: (value) => inspect(value, 1, []), format: (...items) => format(items) },
	};
	readline.promises = modules["readline/promises"];
	fs.promises = modules["fs/promises"];

	const required = new Map();
	function require(name, from = "") {
		const builtin = modules[name.replace(/^node:/, "")];
		if (builtin !== undefined) return builtin;
		const path = host.resolve(from, name);
		if (path === null) throw new Error("Cannot find module '" + name + "'");
		if (required.has(path)) return required.get(path).exports;
		const module = { exports: {} };
		required.set(path, module);
		const content = host.file(path);
		if (path.endsWith(".json")) module.exports = JSON.parse(content);
		else host.script("(function (exports, require, module) {" + content + "\\n})", path)(module.exports, (inner) => require(inner, path), module);
		return module.exports;
	}

	const performance = { now: () => host.now(), timeOrigin: Date.now() };
	const alert = (text = "") => { host.write(text + " [Enter] "); readLine(); };
	const prompt = (text = "", otherwise = null) => { host.write(text === "" ? "" : String(text).trimEnd() + " "); return readLine() ?? otherwise; };
	const given = {
		console, prompt, alert, confirm: (text = "") => /^y/i.test(prompt(text + " [y/N]") ?? ""), readline: readLine, print, process, require, performance,
		setTimeout: (action, delay, ...items) => addTimer(action, delay, items, false), setInterval: (action, delay, ...items) => addTimer(action, delay, items, true),
		setImmediate: (action, ...items) => addTimer(action, 0, items, false), clearTimeout: (id) => { timers.delete(id); }, clearInterval: (id) => { timers.delete(id); },
		clearImmediate: (id) => { timers.delete(id); }, queueMicrotask: (action) => { Promise.resolve().then(action); },
		structuredClone: (value) => JSON.parse(JSON.stringify(value)),
	};
	for (const [name, value] of Object.entries(given)) Object.defineProperty(globalThis, name, { value, writable: true, configurable: true });
	return { turn, describe: (error) => (error instanceof Error ? describe(error) : inspect(error, 1, [])), exitCode: () => Number(process.exitCode ?? 0), modules, exportNames: Object.fromEntries(Object.entries(modules).map(([name, module]) => [name, Object.keys(module)])) };
})
`;
