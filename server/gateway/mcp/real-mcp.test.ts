import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { type LanguageCatalogue, readCatalogue } from "../../languages/catalogue.ts";
import { offer, type Rig, startRig } from "../../runner/testing/rig.ts";
import { openGateway } from "../testing/fixture.ts";
import { connectMcp } from "./testing/mcp-client.ts";

/** The official client, over HTTP, with programs that really run. */

let rig: Rig;
let catalogue: LanguageCatalogue;

before(async () => {
	catalogue = await readCatalogue(fileURLToPath(new URL("../../../sandbox-images", import.meta.url)));
	rig = await startRig({ offered: await offer("python", "c"), settings: { maxLeases: 4, poolSize: 1 } });
});
after(async () => {
	await rig.close();
	assert.deepEqual(await rig.containers(), []);
});

test("an agent runs a program with input, one that does not compile, and one that never ends", async (context) => {
	const { url } = await openGateway(context, { catalogue, runnerSocketPath: rig.socketPath });
	const { call } = await connectMcp(context, url);
	const { languages } = (await call("list_languages")).value;
	assert.match(JSON.stringify(languages), /"version":"3.13","tiers":\["gvisor","kata","microvm","container"\],"is_ready":true/);
	const greeted = await call("run_code", { language: "python", code: "print('hello', input())", stdin: "Ada\n" });
	assert.deepEqual([greeted.value.ok, greeted.value.stdout, greeted.value.tier], [true, "hello Ada\n", "container"]);
	const broken = await call("run_code", { language: "c", code: "int main(void) { return x; }" });
	assert.deepEqual([broken.isError, broken.value.ok, broken.value.fault], [false, false, "program"]);
	assert.match(broken.text, /--- compiler ---\n.*undeclared/s);
	const endless = await call("run_code", { language: "python", code: "while True: print('x' * 1000)" });
	assert.equal(endless.value.ok, false);
	assert.match(endless.text, /the limit for one run/);
	assert.ok(Number(endless.value.missing_characters) > 1_000_000);
});

test("a session's next run finds its files and what was kept of the last one's output, and nothing that a program wrote", async (context) => {
	const { url } = await openGateway(context, { catalogue, runnerSocketPath: rig.socketPath });
	const { call } = await connectMcp(context, url);
	const files = [{ name: "data.csv", content: "a,1\nb,2\n" }];
	const { session_id } = (await call("start_session", { language: "python", files })).value;
	const code = "open('written.txt', 'w').write('x')\nfor line in open('data.csv'): print(line.strip().split(',')[1])";
	const first = await call("run_in_session", { session_id, code, keep_stdout_as: "numbers.txt" });
	assert.equal(first.value.stdout, "1\n2\n");
	const second = await call("run_in_session", {
		session_id,
		code: "import os\nprint(sum(int(n) for n in open('numbers.txt')), sorted(os.listdir()))",
	});
	assert.equal(second.value.stdout, "3 ['data.csv', 'main.py', 'numbers.txt']\n");
	assert.deepEqual(second.value.session_files, ["data.csv", "main.py", "numbers.txt"]);
	await call("end_session", { session_id });
});
