import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { networkInterfaces } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { z } from "zod";
import { Arena, programRun, programsDir, readReport } from "./arena.ts";
import { chosenTiers, programTiers } from "./tiers.ts";

/**
 * A service that ran people's code was taken over step by step: its sandbox had the network, the network led to the host and to other
 * sandboxes, a debug console believed X-Forwarded-For, and from there the engine's socket was in reach. Here every step is taken again,
 * and each must end at a wall that its test names.
 */

const tiers = chosenTiers(programTiers);
const arena = new Arena({ tiers: [...new Set(["container" as const, ...tiers])], env: { SANDGLASS_ADDRESS_CONNECTIONS: "20" } });

const word = `shell-${randomBytes(6).toString("hex")}`;
/** Of nobody: the user that a server started by root runs as. */
const nobodyId = 65_534;

/** Listens on every address of this machine, answers who says the word with an order, and remembers what it heard. */
class Listener {
	readonly heard: string[] = [];
	readonly #server: Server;

	private constructor(server: Server) {
		this.#server = server;
		server.on("connection", (socket) => {
			socket.on("error", () => undefined);
			socket.on("data", (chunk: Buffer) => {
				this.heard.push(chunk.toString());
				if (chunk.toString().startsWith("shell-")) socket.write("import os; print('uid', os.getuid())\n");
			});
		});
	}

	static async open(): Promise<Listener> {
		const server = createServer();
		// The dual-stack wildcard: a reverse shell may come by any address that this machine has, not by loopback alone.
		server.listen(0, "::");
		await once(server, "listening");
		return new Listener(server);
	}

	get addresses(): string[] {
		const { port } = z.object({ port: z.number() }).parse(this.#server.address());
		const all = Object.values(networkInterfaces()).flatMap((it) => it ?? []);
		return all
			.filter(({ address }) => !address.startsWith("fe80:"))
			.map(({ address }) => (address.includes(":") ? `[${address}]:${port}` : `${address}:${port}`));
	}

	async close(): Promise<void> {
		this.#server.close();
		await once(this.#server, "close");
	}
}

let listener: Listener;
before(async () => {
	listener = await Listener.open();
});
after(async () => {
	await listener.close();
});

function breakOutArguments(): string[] {
	const gateway = new URL(arena.server.url).port;
	const hosts = listener.addresses.map((address) => address.slice(0, address.lastIndexOf(":")));
	return [...listener.addresses, ...hosts.map((host) => `gateway=${host}:${gateway}`), `word=${word}`];
}

/** Each step, the wall at which it ends, and what the program is told there. */
const walls: readonly { step: string; wall: string; told: RegExp }[] = [
	{
		step: "reverse shell",
		wall: "the sandbox's network namespace: it has loopback and nothing else",
		told: /^failed: (OSError|ConnectionRefusedError|TimeoutError)/,
	},
	{
		step: "datagram",
		wall: "the same namespace: a datagram to another address has no route, and to loopback no listener",
		told: /^(failed: OSError|reached$)/,
	},
	{ step: "neighbour", wall: "no name server: a neighbour's address has no name", told: /^failed: (herror|gaierror|OSError)/ },
	{
		step: "gateway",
		wall: "the same namespace: the gateway's port is the host's",
		told: /^failed: (OSError|ConnectionRefusedError|gaierror)/,
	},
	{
		step: "console",
		wall: "nothing listens in a sandbox, and there is no console to believe a header",
		told: /^failed: (OSError|ConnectionRefusedError|gaierror)/,
	},
	{
		step: "engine",
		wall: "no socket of an engine is mounted",
		told: /^failed: (FileNotFoundError|OSError|ConnectionRefusedError|PermissionError)/,
	},
	{
		step: "privileged container",
		wall: "no tool, no engine, and no namespace for whoever brings his own tool",
		told: /^failed: (FileNotFoundError|PermissionError|OSError)/,
	},
];

for (const tier of tiers)
	test(`the service that was broken, in ${tier}`, async (context) => {
		const heardBefore = listener.heard.length;
		const { run, exit } = await arena.attack({ tier, run: programRun("break-out.py", breakOutArguments()) });
		assert.deepEqual(exit.outcome, { kind: "exited", code: 0 }, run.text);
		const report = readReport(run.text);
		for (const { step, wall, told } of walls)
			await context.test(`ATTACKS.md 28, 29 in ${tier}: “${step}” ends at ${wall}`, () => {
				const results = [...report].filter(([name]) => name.startsWith(`${step} `));
				assert.ok(results.length > 0, "the step was taken");
				for (const [name, result] of results) {
					assert.match(result, told, name);
					// A datagram to the sandbox's own loopback is the sandbox's own affair.
					const isOwnLoopback = step === "datagram" && /127\.0\.0\.1|\[::1\]/.test(name);
					if (!isOwnLoopback) assert.ok(!result.startsWith("reached"), `${name}: ${result}`);
				}
			});
		await context.test(`ATTACKS.md 29 in ${tier}: the listener on this machine has heard nothing`, () => {
			assert.deepEqual(listener.heard.slice(heardBefore), []);
		});
	});

test("the service that was broken, control: outside a sandbox the same program, with no rights either, reaches the listener and the gateway", async () => {
	const child = spawn("/usr/bin/python3", ["-", ...breakOutArguments().filter((it) => !it.startsWith("gateway=["))], {
		uid: nobodyId,
		gid: nobodyId,
		cwd: "/",
		env: { NODE_ENV: "production", PATH: "/usr/bin:/bin" },
		stdio: ["pipe", "pipe", "inherit"],
	});
	child.stdin.end(readFileSync(join(programsDir, "break-out.py")));
	let text = "";
	child.stdout.on("data", (chunk: Buffer) => {
		text += chunk.toString();
	});
	await once(child, "close");
	const report = readReport(text);
	const [first] = listener.addresses;
	assert.equal(report.get(`reverse shell ${first}`), "reached", text);
	assert.ok(listener.heard.includes(`${word}\n`));
	assert.ok(
		listener.heard.some((it) => it.startsWith(`uid ${nobodyId}`)),
		"the shell has answered",
	);
	assert.match(report.get(`gateway ${new URL(arena.server.url).host}/`) ?? "", /^reached 200$/);
});

test("ATTACKS.md 38: through the front a forged X-Forwarded-For opens nothing that is not open anyway", async () => {
	const forged = { "x-forwarded-for": "127.0.0.1", forwarded: "for=127.0.0.1", "x-real-ip": "127.0.0.1", "x-client-ip": "127.0.0.1" };
	for (const path of ["/console", "/_debug", "/__debug__", "/debug/pprof", "/admin", "/json/version", "/.env", "/server/config.ts"]) {
		const [plain, claimed] = await Promise.all(
			[{}, forged].map((headers) => fetch(new URL(path, arena.server.url), { headers, redirect: "manual" })),
		);
		assert.equal(plain?.status, 404, path);
		assert.equal(claimed?.status, 404, path);
		await Promise.all([plain?.arrayBuffer(), claimed?.arrayBuffer()]);
	}
	// Whoever claims another address for each connection has one share all the same.
	const claims = await Promise.allSettled(
		Array.from({ length: 40 }, (_, at) =>
			arena.connect({ headers: { "x-forwarded-for": `203.0.113.${at}`, forwarded: `for=203.0.113.${at}` } }),
		),
	);
	const opened = claims.flatMap((it) => (it.status === "fulfilled" ? [it.value] : []));
	assert.ok(opened.length <= 20, `${opened.length} connections`);
	await Promise.all(opened.map((client) => client.close()));
});

test("ATTACKS.md 28: no process of the server offers a debugger or a console, on any address", async () => {
	const { main, gateway, runner } = arena.server.pids();
	for (const pid of [main, gateway, runner]) {
		assert.ok(pid !== undefined);
		assert.doesNotMatch(readFileSync(`/proc/${pid}/cmdline`, "utf8"), /--inspect/);
		const sockets = new Set(
			readdirSync(`/proc/${pid}/fd`).flatMap((name) => /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${pid}/fd/${name}`))?.[1] ?? []),
		);
		const listening = ["tcp", "tcp6"]
			.flatMap((table) => readFileSync(`/proc/net/${table}`, "utf8").split("\n").slice(1))
			.map((line) => line.trim().split(/\s+/))
			.filter((columns) => columns[3] === "0A" && sockets.has(columns[9] ?? ""))
			.map((columns) => Number.parseInt(columns[1]?.split(":")[1] ?? "", 16));
		assert.deepEqual(listening, pid === gateway ? [Number(new URL(arena.server.url).port)] : [], `process ${pid}`);
	}
});
