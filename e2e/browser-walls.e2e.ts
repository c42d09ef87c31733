import { z } from "zod";
import { ForeignSite } from "./page-objects/foreign-site.ts";
import { stillPageMs, watchFrames } from "./page-objects/frame-watch.ts";
import { bootMs, expectRunsHere, openHere, reachOutScript, readWays, realmProgram, runHere } from "./page-objects/in-this-browser.ts";
import { expect, serverUrl, test as suiteTest } from "./page-objects/test.ts";

/**
 * Hostile programs in the tier `browser`. A Python program has everything that its worker has, so it is taken to be the worker. Each test
 * says at which wall it ends: the policy of the frame's document, its opaque origin, what workers do not have, or the schema of what a
 * worker may say.
 */

const test = suiteTest.extend<{ readonly foreign: ForeignSite }>({
	// biome-ignore lint/correctness/noEmptyPattern: Playwright reads the names of the fixtures out of this pattern
	foreign: async ({}, use) => {
		const site = await ForeignSite.open();
		await use(site);
		await site.close();
	},
});

// The browser tells of everything that a policy refuses.
test.use({ allowedComplaints: /Content Security Policy|EventSource|WebSocket|WebTransport|ERR_|Failed to load resource/ });
test.setTimeout(300_000);

const policy = { connections: "held connect-src", fonts: "held font-src", scripts: "held script-src-elem", text: "held script-src" };
/** Where a browser has them for pages of an origin only, a worker of none does not even see them; else they refuse it. */
const opaqueOrigin = /^held (SecurityError|ReferenceError|TypeError)/;
const notInWorkers = /^held (ReferenceError|TypeError)/;

const walls: Readonly<Record<string, string | RegExp>> = {
	"fetch-own": policy.connections,
	"fetch-other": policy.connections,
	"fetch-no-cors": policy.connections,
	"fetch-blob": policy.connections,
	"xhr-own": policy.connections,
	"xhr-other": policy.connections,
	"websocket-own": policy.connections,
	"websocket-other": policy.connections,
	eventsource: policy.connections,
	wasm: policy.connections,
	font: policy.fonts,
	"script-own": policy.scripts,
	"script-other": policy.scripts,
	"module-other": policy.scripts,
	"module-data": policy.scripts,
	eval: policy.text,
	function: policy.text,
	// Over HTTPS a worker has it, and the policy of connections rules.
	webtransport: /^held (connect-src|ReferenceError)/,
	// worker-port.ts takes it away: one thread for one run.
	worker: "held ReferenceError Worker is not defined",
	indexeddb: opaqueOrigin,
	caches: opaqueOrigin,
	"file-system": opaqueOrigin,
	locks: opaqueOrigin,
	cookies: opaqueOrigin,
	beacon: notInWorkers,
	webrtc: notInWorkers,
	"service-worker": notInWorkers,
	"local-storage": notInWorkers,
	document: notInWorkers,
	window: notInWorkers,
	notification: notInWorkers,
};

const tryAll = (other: string): string => `print(run_sync(js.tryEveryWay("${serverUrl()}/", "${other}")))\nprint("tried")`;

test("ATTACKS.md 29, control: in a worker that nothing holds the same ways are open, and the other site is asked", async ({
	page,
	foreign,
}) => {
	await page.goto(foreign.url);
	const said = await page.evaluate(
		([script, own, other]) =>
			new Promise<string>((resolve) => {
				const code = `${script}\ntryEveryWay(${JSON.stringify(own)}, ${JSON.stringify(other)}).then(postMessage);`;
				new Worker(URL.createObjectURL(new Blob([code]))).onmessage = ({ data }) => resolve(String(data));
			}),
		[reachOutScript, `${serverUrl()}/`, foreign.url] as const,
	);
	const ways = readWays(said);
	const open = Object.keys(ways).filter((way) => ways[way]?.startsWith("open"));
	const expected = [
		"fetch-other",
		"fetch-no-cors",
		"fetch-blob",
		"xhr-other",
		"eventsource",
		"script-other",
		"module-other",
		"module-data",
	];
	expect(open).toEqual(expect.arrayContaining([...expected, "eval", "function", "worker", "indexeddb", "caches", "file-system", "locks"]));
	const paths = [
		"/fetch-other",
		"/fetch-no-cors",
		"/xhr-other",
		"/websocket-other",
		"/eventsource",
		"/script-other",
		"/module-other",
		"/font",
	];
	expect(foreign.asked).toEqual(expect.arrayContaining(paths));
});

test("ATTACKS.md 29: no way out of the worker is open, and nobody is asked", async ({ playground, page, foreign }) => {
	const answered: string[] = [];
	page.on("response", (response) => answered.push(response.url()));
	await openHere(playground, "Python");
	await runHere(playground, realmProgram(reachOutScript, tryAll(foreign.url)), "\ntried\n");
	await playground.expectFinished();
	const ways = readWays((await playground.output.textContent()) ?? "");
	expect(Object.keys(ways).sort()).toEqual(Object.keys(walls).sort());
	for (const [way, wall] of Object.entries(walls)) {
		if (typeof wall === "string") expect(ways[way], way).toBe(wall);
		else expect(ways[way], way).toMatch(wall);
	}
	expect(foreign.connections).toBe(0);
	expect(answered.filter((url) => url.includes("way=") || url.includes("script-own") || url.startsWith(foreign.url))).toEqual([]);
});

test("ATTACKS.md 31: what the worker calls out to its origin's other pages, this page does not hear", async ({ playground, page }) => {
	await openHere(playground, "Python");
	await page.evaluate(() => {
		const heard: unknown[] = [];
		const channel = new BroadcastChannel("sandglass");
		channel.onmessage = ({ data }) => heard.push(data);
		Object.assign(window, { heard, channel });
	});
	const heard = () => page.evaluate(() => (window as unknown as { heard: unknown[] }).heard);
	await runHere(playground, 'import js\njs.BroadcastChannel.new("sandglass").postMessage("from the program")\nprint("called")\n', "called");
	await playground.expectFinished();
	// The control, and proof that what was called out before it would have come.
	await page.evaluate(() => {
		new Worker(URL.createObjectURL(new Blob(['new BroadcastChannel("sandglass").postMessage("from a worker of the page")'])));
	});
	await expect.poll(heard).toEqual(["from a worker of the page"]);
});

const forgeries: Readonly<Record<string, string>> = {
	"that a server began a run in another tier":
		'{ type: "started", run: 1, step: "run", tier: "gvisor", language: "python", version: "3", limits: {} }',
	"that it is loaded once more": '{ type: "ready", canWait: true }',
	"an exit code of another type": '{ type: "exit", code: "0", memoryBytes: 0 }',
	"output in another type": '"<img src=x onerror=window.owned=1>"',
	"one piece of output over the cap": "new Uint8Array(2 ** 21)",
	"an array of a million": "new Array(1_000_000).fill({})",
};

test("a message that no program may send ends the run and tells why, and the page is as good as before", async ({ playground, page }) => {
	await openHere(playground, "Python");
	for (const [what, message] of Object.entries(forgeries)) {
		await test.step(what, async () => {
			await playground.runCode(realmProgram(`postMessage(${message})`, "while True: pass"));
			await playground.expectStatus("Stopped: it spoke to this page as no program may.", { timeout: bootMs });
			await playground.expectStatus("Your program");
			await playground.expectStatus("IsolationThis browser");
		});
	}
	expect(await page.evaluate(() => "owned" in window)).toBe(false);
	await expectRunsHere(playground);
});

test("to ask for input twice at once is no program's right either", async ({ playground }) => {
	await openHere(playground, "Python");
	const script = 'postMessage({ type: "read", memoryBytes: 0 });';
	await playground.runCode(realmProgram(script + script, "while True: pass"));
	await playground.expectStatus("Stopped: it spoke to this page as no program may.", { timeout: bootMs });
});

test("a forged exit ends the program and says nothing that sys.exit could not", async ({ playground }) => {
	await openHere(playground, "Python");
	const script = 'postMessage({ type: "exit", code: 7, memoryBytes: 2 ** 50 });';
	await playground.runCode(realmProgram(script, 'while True: print("after")'));
	await playground.expectExitCode(7);
	await expect(playground.output).not.toContainText("after");
});

test("a flood of the smallest messages ends at a limit, and the page paints on (ATTACKS.md 5)", async ({ playground, page }) => {
	await openHere(playground, "Python");
	await runHere(playground, 'print("warm")\n', "warm");
	const longestFrameMs = await watchFrames(page);
	await playground.runCode(realmProgram("for (;;) postMessage(Uint8Array.of(46));", ""));
	// A million messages: what comes first depends on the machine.
	await playground.expectStatus(/it printed more than 1 MiB|it reached the time limit/, { timeout: bootMs });
	expect(await longestFrameMs(), "the longest time without a frame").toBeLessThan(stillPageMs);
	await expectRunsHere(playground);
});

test("an error that escapes the interpreter ends the program as its own", async ({ playground }) => {
	await openHere(playground, "Python");
	await playground.runCode(
		realmProgram('setTimeout(() => { throw new Error("out of reach"); }, 0);', "import time\nwhile True: time.sleep(0.01)"),
	);
	await expect(playground.output).toContainText("out of reach", { timeout: bootMs });
	await playground.expectStatus("Your program");
	await playground.expectExitCode(1);
});

test("a script finds nothing of the worker's around its interpreter (ATTACKS.md 41)", async ({ playground }) => {
	const names = [
		"fetch",
		"XMLHttpRequest",
		"WebSocket",
		"EventSource",
		"postMessage",
		"importScripts",
		"self",
		"window",
		"document",
		"navigator",
		"location",
		"indexedDB",
		"caches",
		"Worker",
		"BroadcastChannel",
		"WebAssembly",
		"Deno",
		"std",
		"os",
		"scriptArgs",
	];
	const code = `const all = (() => {}).constructor("return this")();
const found = ${JSON.stringify(names)}.filter((name) => name in all || name in globalThis);
console.log("found", JSON.stringify(found), all === globalThis);
for (const name of ["std", "os", "qjs:os", "node:child_process", "https://example.com/x.js", "/etc/passwd", "../../outside.js"])
	await import(name).then(() => console.log("open", name), () => console.log("held", name));
for (const name of ["/etc/passwd", "../secret", "/dev/mem"])
	try { require("fs").readFileSync(name); console.log("open", name); } catch { console.log("held", name); }
console.log("looked");
`;
	await openHere(playground, "JavaScript");
	await runHere(playground, code, "looked");
	await expect(playground.output).toContainText("found [] true");
	await expect(playground.output).not.toContainText("open");
	expect(((await playground.output.textContent()) ?? "").match(/^held /gm)).toHaveLength(10);
	await playground.expectFinished();
});

test("the frame's document is of no origin wherever it is opened, and its policy travels with it", async ({ page, request }) => {
	const { path } = z.object({ path: z.string() }).parse(await (await request.get("/browser-runtime/manifest.json")).json());
	const response = await page.goto(`${path}/frame.html`);
	expect(await page.evaluate(() => origin)).toBe("null");
	await expect(page.evaluate(() => document.cookie)).rejects.toThrow(/sandboxed/);
	const { "content-security-policy": frames } = response?.headers() ?? {};
	for (const directive of ["sandbox allow-scripts;", "default-src 'none'", "connect-src 'none'"]) expect(frames).toContain(directive);
});
