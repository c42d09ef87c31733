import assert from "node:assert/strict";
import { after, before, type TestContext, test } from "node:test";
import { fileURLToPath } from "node:url";
import { type LanguageCatalogue, readCatalogue } from "../../languages/catalogue.ts";
import { offer, type Rig, startRig, until } from "../../runner/testing/rig.ts";
import { eventsOf, post, program, resultOf } from "../testing/api-calls.ts";
import { openGateway } from "../testing/fixture.ts";

/** The HTTP interface with runner, engine and agent behind it. */

let rig: Rig;
let catalogue: LanguageCatalogue;

before(async () => {
	catalogue = await readCatalogue(fileURLToPath(new URL("../../../sandbox-images", import.meta.url)));
	rig = await startRig({ offered: await offer("python"), settings: { maxLeases: 2, poolSize: 2 } });
});
after(async () => {
	await rig.close();
	assert.deepEqual(await rig.containers(), []);
});

async function open(context: TestContext): Promise<string> {
	const config = { anonymousApi: "open" } as const;
	return (await openGateway(context, { catalogue, runnerSocketPath: rig.socketPath, config })).url;
}

test("standard input, arguments, both streams and the exit code of a real program come back", async (context) => {
	const source = "import sys\nprint(input(), sys.argv[1])\nprint('grüße', file=sys.stderr)\nsys.exit(3)";
	const result = await resultOf(post(await open(context), program(source, { stdin: "Ada\n", arguments: ["x y"] })));
	assert.deepEqual(result.outcome, { kind: "exited", code: 3 });
	assert.deepEqual([result.program?.stdout, result.program?.stderr, result.fault], ["Ada x y\n", "grüße\n", "program"]);
	assert.equal(result.program?.exitCode, 3);
	assert.ok((result.program?.peakMemoryBytes ?? 0) > 0);
});

test("no run finds what an earlier one left, for each has a sandbox that nobody used", async (context) => {
	const url = await open(context);
	const source =
		"import os, pathlib\nprint(sorted(os.listdir('/tmp')), os.path.exists('/dev/shm/x'))\npathlib.Path('/tmp/x').touch(); pathlib.Path('/dev/shm/x').touch()";
	for (let count = 0; count < 3; count++) assert.equal((await resultOf(post(url, program(source)))).program?.stdout, "[] False\n");
});

test("a character that is split between two writes arrives whole, as events too", async (context) => {
	const source = "import os, time\nfor byte in 'ä€😀'.encode():\n\tos.write(1, bytes([byte])); time.sleep(0.02)\nos.write(1, b'\\xc3')";
	const url = await open(context);
	assert.equal((await resultOf(post(url, program(source)))).program?.stdout, "ä€😀\ufffd");
	let text = "";
	for await (const event of eventsOf(await post(url, program(source), { headers: { Accept: "text/event-stream" } })))
		if (event.type === "output") text += event.text;
	assert.equal(text, "ä€😀\ufffd");
});

test("ATTACKS 5: an output flood is cut at the limit and told as that", async (context) => {
	const result = await resultOf(post(await open(context), program("while True: print('x' * 1000)", { limits: { outputBytes: 10_000 } })));
	assert.deepEqual([result.limit, result.fault], ["output", "program"]);
	const { stdout = "" } = result.program ?? {};
	assert.ok(stdout.startsWith("x".repeat(1_000)) && stdout.length >= 10_000 && stdout.length < 10_200);
});

test("ATTACKS 11: a caller goes away in mid-run and its sandbox is dead within a second", async (context) => {
	const url = await open(context);
	await until(() => rig.runner.status().leases === 0, 5_000, "the last test's sandbox is gone");
	const leaving = new AbortController();
	const failed = assert.rejects(post(url, program("import time\ntime.sleep(60)"), { signal: leaving.signal }));
	await until(() => rig.runner.status().leases === 1, 5_000, "it runs");
	leaving.abort();
	await failed;
	await until(() => rig.runner.status().leases === 0, 1_000, "the sandbox is dead");
});

test("many callers at once are all served, in turn", async (context) => {
	const url = await open(context);
	const results = await Promise.all([1, 2, 3, 4].map((number) => resultOf(post(url, program(`print(${number})`)))));
	assert.deepEqual(
		results.map((it) => it.program?.stdout),
		["1\n", "2\n", "3\n", "4\n"],
	);
});
