// The inner wall of a JavaScript runtime, tried from inside: what the language itself could reach. One line of JSON a fact or an attack,
// as the native probe prints them. Whatever a runtime lacks is an attempt that was denied. It is run twice, so that the second run can look
// for what the first one left.

// A runtime that lacks them has nothing to deny.
const { Deno, process, require } = globalThis;
const note = "sandglass-left";

const say = (line) => console.log(JSON.stringify(line).replace(/[^ -~]/g, "?"));
const short = (text, length) => String(text).replace(/\s+/g, " ").slice(0, length);

// An attempt that gives nothing back has been denied; one that is refused by an address shows that the wall let it out.
const isLetOut = (error) => /ECONNREFUSED|connection refused|ECONNRESET|EHOSTUNREACH|ENETUNREACH|os error 1[01][0-9]/i.test(String(error));

// A runtime may refuse its clock: then an attempt that never ends is ended by the sandbox's own.
function without(action) {
	try {
		return action();
	} catch {
		return undefined;
	}
}

// Rejected when somebody listens already: QuickJS ends a program for a rejection that nobody waits for yet.
const settled = (action) =>
	new Promise((resolve, reject) => {
		Promise.resolve().then(() => {
			try {
				const made = action();
				if (typeof made?.then === "function") made.then(resolve, reject);
				else resolve(made);
			} catch (error) {
				reject(error);
			}
		});
	});

async function attempt(name, action, isBreakingError = () => false) {
	let timer;
	const late = new Promise((_, reject) => {
		timer = without(() => setTimeout(() => reject(new Error("no answer")), 2000));
	});
	try {
		const result = await Promise.race([settled(action), late]);
		const isEmpty = result === undefined || result === null || result === false || result === "";
		return { name, worked: !isEmpty, how: isEmpty ? "nothing" : short(result, 60) };
	} catch (error) {
		return { name, worked: isBreakingError(error), how: short(error?.message ?? error, 50) };
	} finally {
		without(() => clearTimeout(timer));
	}
}

async function attack(row, id, title, tried, why, attempts) {
	const results = [];
	for (const [name, action, isBreaking] of attempts) results.push(await attempt(name, action, isBreaking));
	const broke = results.filter((it) => it.worked);
	const told = (broke.length > 0 ? broke : results).map((it) => `${it.name}: ${it.how}`).join("; ");
	const outcome = broke.length > 0 ? "broke" : "held";
	say({ attack: { row, id, title, outcome, tried, happened: short(told, 590), why } });
}

const imported = (name) => import(/* webpackIgnore: true */ name);
const fs = () => imported("node:fs");

function leave() {
	globalThis.sandglassLeft = note;
	Object.prototype.sandglassLeft = note;
	try {
		globalThis.localStorage?.setItem(note, note);
	} catch {
		// Denied: then nothing is left there.
	}
}

async function look() {
	say({
		fact: "inner.globals",
		value: Object.getOwnPropertyNames(globalThis)
			.filter((it) => it !== "sandglassLeft")
			.sort(),
	});

	await attack(
		33,
		"33-inner-environment",
		"Read the environment of the process",
		"Deno's, Node's and the module's own ways to it.",
		"The runtime is given no permission to read it, and the process holds nothing worth reading.",
		[
			["Deno.env", () => Object.keys(Deno.env.toObject()).join()],
			["process.env", () => Object.keys(process.env).join()],
			["node:process", async () => Object.keys((await imported("node:process")).default.env).join()],
			["Deno.hostname", () => Deno.hostname()],
		],
	);
	await attack(
		27,
		"27-inner-files",
		"Read and write files by the language's own means",
		"/etc/passwd, /proc and the root folder, by Deno, by Node's modules, by fetch and by import; a file in /tmp; a link.",
		"The runtime opens no file for a program; the container's walls stand behind it.",
		[
			["Deno.readTextFile", () => Deno.readTextFile("/etc/passwd")],
			["Deno.readDir", () => [...Deno.readDirSync("/")].length],
			["Deno.open", () => Deno.openSync("/proc/self/maps") && "opened"],
			["Deno.writeTextFile", () => Deno.writeTextFile("/tmp/sandglass", "x").then(() => "written")],
			["Deno.symlink", () => Deno.symlink("/etc/passwd", "/tmp/sandglass-link").then(() => "made")],
			["node:fs", async () => (await fs()).readFileSync("/proc/self/environ", "latin1")],
			["node:fs folder", async () => (await fs()).readdirSync("/proc").length],
			["require", () => require("fs").readFileSync("/etc/hostname", "utf8")],
			["fetch", async () => (await (await null, fetch)("file:///etc/passwd")).text()],
			["import", async () => Object.keys(await imported("file:///etc/passwd")).join() || "loaded"],
			["node:sqlite", async () => new (await imported("node:sqlite")).DatabaseSync("/tmp/x.db") && "opened"],
			["std", async () => (await imported("std")).open("/etc/passwd", "r").readAsString()],
			[
				"os",
				async () =>
					(await imported("os"))
						.readdir("/")[0]
						.filter((it) => ["etc", "proc", "sandglass-agent"].includes(it))
						.join(),
			],
		],
	);
	await attack(
		16,
		"16-inner-processes",
		"Start and signal processes",
		"Subprocesses, signals and workers of Node's, by every module.",
		"The runtime starts nothing for a program; what it started would have the container's rights, which are none.",
		[
			["Deno.Command", () => new Deno.Command("/sandglass-probe", { args: ["random"] }).outputSync() && "started"],
			["Deno.kill", () => Deno.kill(1, "SIGCONT") ?? "sent"],
			["node:child_process", async () => (await imported("node:child_process")).execFileSync("/sandglass-probe", ["random"])],
			["process.kill", () => process.kill(1, "SIGCONT")],
			["os.exec", async () => (await imported("os")).exec(["/sandglass-probe", "random"]) === 0],
		],
	);
	await attack(
		29,
		"29-inner-network",
		"Reach the network by the language's own means",
		"fetch, WebSocket, Deno's and Node's sockets, name resolution, the metadata address.",
		"The runtime opens no connection for a program, and the container has no network behind it.",
		[
			["fetch loopback", async () => (await (await null, fetch)("http://127.0.0.1:2375/version")).status, isLetOut],
			["fetch metadata", async () => (await (await null, fetch)("http://169.254.169.254/")).status, isLetOut],
			["Deno.connect", () => Deno.connect({ hostname: "127.0.0.1", port: 22 }), isLetOut],
			["Deno.listen", () => Deno.listen({ port: 0 }) && "listening"],
			["Deno.resolveDns", () => Deno.resolveDns("example.org", "A")],
			[
				"node:net",
				async () => {
					const { connect } = await imported("node:net");
					return new Promise((resolve, reject) => connect(22, "127.0.0.1", () => resolve("connected")).on("error", reject));
				},
				isLetOut,
			],
			["unix socket", () => Deno.connect({ transport: "unix", path: "/run/docker.sock" })],
		],
	);
	await attack(
		21,
		"21-inner-native",
		"Run native code",
		"Foreign functions, native addons, internal bindings.",
		"Native code of a program's choosing would have the process's rights, not the runtime's.",
		[
			["Deno.dlopen", () => Deno.dlopen("libc.so.6", { getpid: { parameters: [], result: "i32" } }) && "opened"],
			["process.dlopen", () => process.dlopen({ exports: {} }, "/tmp/x.node") ?? "opened"],
			["process.binding", () => process.binding("fs") && process.binding("fs").open && process.binding("fs").open("/etc/passwd", 0, 0)],
			["internal bindings", () => Deno[Deno.internal]?.core?.ops?.op_read_file_sync?.("/etc/passwd")],
			[
				"node:vm",
				async () =>
					(await imported("node:vm"))
						.runInThisContext("process")
						.binding("spawn_sync")
						.spawn({ file: "/sandglass-probe", args: ["x", "random"] }),
			],
		],
	);
	await attack(
		41,
		"41-inner-constructors",
		"Reach out by the language's own objects",
		"constructor.constructor, the stack's own objects, a prepared stack trace, an error of the runtime's.",
		"Every object of the program's belongs to one realm, whose global holds nothing that the program has not anyway.",
		[
			["constructor.constructor", () => [].constructor.constructor("return this")() !== globalThis],
			["console's realm", () => console.log.constructor("return this")() !== globalThis],
			["a promise's realm", () => Promise.resolve().then.constructor("return this")() !== globalThis],
			[
				"stack objects",
				() => {
					const prepare = Error.prepareStackTrace;
					Error.prepareStackTrace = (_, frames) => frames;
					const frames = new Error("x").stack;
					Error.prepareStackTrace = prepare;
					if (!Array.isArray(frames)) return false;
					const realms = frames.map((it) => it.getFunction?.()?.constructor?.("return this")()).filter((it) => it && it !== globalThis);
					return realms.length > 0;
				},
			],
			["an imported module's realm", async () => (await imported("data:text/javascript,export default globalThis")).default !== globalThis],
		],
	);
	await attack(
		32,
		"32-inner-leftovers",
		"Find what an earlier run left in the runtime",
		"A global, a property of Object.prototype, localStorage and a file, all left by a run before this one.",
		"Each run has a realm of its own.",
		[
			["a global", () => globalThis.sandglassLeft],
			["Object.prototype", () => ({}).sandglassLeft],
			["localStorage", () => globalThis.localStorage?.getItem(note)],
			["caches", async () => (await null, await globalThis.caches?.keys())?.join()],
		],
	);
}

look().then(leave, (error) => console.log(`the probe failed: ${error}`));
