// For a sandbox only: it means what it tries. Reaches, in JavaScript's own terms, for everything that a script has no business with. Lines `name = result`; a result is `denied: <error>`,
// `absent`, or `got: <what it was>`.
const say = (name, result) => console.log(`${name} = ${String(result).replace(/\s+/g, " ").slice(0, 300)}`);

async function reach(name, action) {
	try {
		const got = await action();
		say(name, got === undefined || got === null ? "absent" : `got: ${typeof got === "object" ? JSON.stringify(got) : got}`);
	} catch (error) {
		say(name, `denied: ${error?.name}: ${error?.message}`);
	}
}

// Not read from here: a bundler or a checker must not resolve what is reached for.
const load = (name) => import(name);
const within = (promise) => Promise.race([promise, new Promise((_, reject) => setTimeout(() => reject(new Error("no answer")), 2000))]);
const D = globalThis.Deno;
const P = globalThis.process;

async function main() {
	const paths = [
		"/etc/passwd",
		"/proc/self/environ",
		"/proc/1/environ",
		"/proc/self/mountinfo",
		"/",
		"/workspace/../etc/hostname",
		"/sandglass-agent",
	];
	for (const path of paths) {
		await reach(`27 read ${path}`, async () => D?.readTextFileSync(path));
		await reach(`27 node:fs ${path}`, async () => `${(await load("node:fs")).readFileSync(path, "utf8").length} characters`);
	}
	await reach("27 list /", async () => D && [...D.readDirSync("/")].length);
	await reach("27 cwd", async () => D?.cwd());
	await reach("27 exec path", async () => D?.execPath());
	await reach("18 link", async () => D && (D.symlinkSync("/etc", "/tmp/etc"), "made"));
	for (const path of ["/workspace/x", "/tmp/x", "/dev/shm/x", "/etc/x"]) {
		await reach(`3 write ${path}`, async () => D && (D.writeTextFileSync(path, "x"), "written"));
		await reach(`3 node:fs ${path}`, async () => {
			const fs = await load("node:fs");
			fs.writeFileSync(path, "x");
			return "written";
		});
	}
	await reach("14 descriptor", async () => D && (D.openSync("/proc/self/fd/3"), "opened"));
	await reach("14 proc fd", async () => D?.openSync("/proc/1/fd/1", { write: true }));
	await reach("16 kill", async () => D && (D.kill(1, "SIGKILL"), "sent"));
	await reach("16 node kill", async () => P?.kill?.(1, "SIGKILL"));
	await reach("1 command", async () => D && new D.Command("/bin/true").outputSync().code);
	await reach("1 child_process", async () => (await load("node:child_process")).execFileSync("/proc/self/exe", ["--version"]).length);
	await reach("21 dlopen", async () => D && (D.dlopen("/lib/x86_64-linux-gnu/libc.so.6", {}), "opened"));
	await reach("21 node dlopen", async () => P?.dlopen && (P.dlopen({ exports: {} }, "/lib/x86_64-linux-gnu/libc.so.6"), "opened"));
	await reach("21 ffi", async () => Object.keys(await load("node:ffi")).length);

	const addresses = [
		"http://127.0.0.1:80/",
		"http://169.254.169.254/latest/meta-data/",
		"http://192.168.0.1/",
		"http://[::1]/",
		"https://example.org/",
	];
	for (const address of addresses) {
		await reach(`29 fetch ${address}`, async () => globalThis.fetch && (await within(fetch(address))).status);
	}
	await reach(
		"29 socket",
		async () =>
			globalThis.WebSocket &&
			within(
				new Promise((resolve, reject) => {
					const socket = new WebSocket("ws://127.0.0.1:80/");
					socket.onopen = () => resolve("open");
					socket.onerror = () => reject(new Error("error event"));
				}),
			),
	);
	await reach("29 connect", async () => D && within(D.connect({ hostname: "127.0.0.1", port: 80 })));
	await reach("29 listen", async () => D?.listen({ port: 0 }).addr.port);
	await reach("29 name", async () => D && within(D.resolveDns("example.org", "A")));
	await reach("29 node:net", async () => {
		const net = await load("node:net");
		return within(
			new Promise((resolve, reject) =>
				net
					.connect(80, "127.0.0.1")
					.once("connect", () => resolve("open"))
					.once("error", reject),
			),
		);
	});
	await reach("29 cloudflare:sockets", async () => {
		const { connect } = await load("cloudflare:sockets");
		const socket = connect("127.0.0.1:80");
		await within(socket.opened);
		return "open";
	});
	await reach("29 import", async () => Object.keys(await within(load("https://example.org/x.js"))).length);
	await reach("28 engine", async () => D && within(D.connect({ transport: "unix", path: "/var/run/docker.sock" })));
	await reach("30 unix", async () => D && within(D.connect({ transport: "unix", path: "\0x" })));

	await reach("33 Deno.env", async () => D?.env.toObject());
	await reach("33 process.env", async () => P?.env && JSON.stringify(P.env));
	await reach("33 hostname", async () => D?.hostname());
	await reach("33 system", async () => D && JSON.stringify(D.networkInterfaces()));
	await reach("33 release", async () => D?.osRelease());
	await reach("33 uid", async () => D?.uid());
	await reach("33 stack", async () => new Error("where").stack.replace("where", ""));

	const functionOf = (value) => value.constructor.constructor;
	await reach("41 Function", async () => functionOf({})("return typeof process + typeof Deno + typeof require")());
	await reach("41 constructor.constructor", async () => functionOf({})("return typeof require + typeof module")());
	await reach("41 mainModule", async () => functionOf({})("return globalThis.process?.mainModule?.require('child_process') ?? null")());
	await reach("41 binding", async () => P?.binding && Object.keys(P.binding("spawn_sync")).length);
	await reach("41 internal", async () => D?.[D.internal]?.core?.ops && Object.keys(D[D.internal].core.ops).length);
	await reach("41 op", async () => {
		const ops = D?.[D.internal]?.core?.ops;
		if (ops === undefined) return null;
		return ops.op_fs_read_file_sync?.("/etc/passwd", null, 0) ?? ops.op_run ?? ops.op_ffi_load;
	});
	await reach("41 prototype", async () => {
		Object.prototype.permissions = { read: true };
		Object.prototype.permission = "granted";
		const got = await D?.readTextFileSync("/etc/passwd");
		return got;
	});
	delete Object.prototype.permissions;
	delete Object.prototype.permission;
	await reach("41 request", async () => D && (await D.permissions.request({ name: "read" })).state);
	await reach(
		"41 worker",
		async () =>
			globalThis.Worker &&
			within(
				new Promise((resolve, reject) => {
					const source =
						"try { postMessage(Deno.readTextFileSync('/etc/passwd').length) } catch (error) { postMessage('denied ' + error.name) }";
					const worker = new Worker(`data:text/javascript,${encodeURIComponent(source)}`, {
						type: "module",
					});
					worker.onmessage = ({ data }) => {
						worker.terminate();
						if (String(data).startsWith("denied")) reject(new Error(data));
						else resolve(data);
					};
					worker.onerror = (event) => {
						event.preventDefault?.();
						reject(new Error(event.message));
					};
				}),
			),
	);
	await reach(
		"41 repl",
		async () =>
			Object.keys(await load("node:repl")).includes("start") &&
			(await load("node:vm")).runInNewContext("this.constructor.constructor('return typeof process')()"),
	);
	await reach("41 wasi", async () => {
		const { WASI } = await load("node:wasi");
		return new WASI({ version: "preview1", preopens: { "/": "/" } }) && "a WASI with /";
	});
	await reach("41 inspector", async () => {
		const { open } = await load("node:inspector");
		open(9229, "127.0.0.1");
		return "open";
	});
	await reach("31 storage", async () => {
		const before = globalThis.localStorage?.getItem("sign");
		globalThis.localStorage?.setItem("sign", "left");
		return before;
	});
	await reach("31 cache", async () => {
		const cache = await globalThis.caches?.open?.("sign");
		const before = await cache?.match("http://sign.invalid/");
		await cache?.put("http://sign.invalid/", new Response("left"));
		return before?.text();
	});
	await reach("32 leftover", async () => {
		const before = globalThis.leftover;
		globalThis.leftover = "left";
		return before;
	});
	const bytes = crypto.getRandomValues(new Uint8Array(8));
	say("32 random", `${[...bytes].join("-")} ${Math.random()} ${crypto.randomUUID?.()}`);
	say("end", "reached");
}

main().catch((error) => say("broken", error));
