import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { pino } from "pino";
import { pistonExecutePath } from "../../protocol/piston.ts";
import { readCatalogue } from "../languages/catalogue.ts";
import { offer, type Rig, startRig } from "../runner/testing/rig.ts";
import { post, program } from "./testing/api-calls.ts";
import { openGateway } from "./testing/fixture.ts";
import { TestPage } from "./testing/test-page.ts";

/** What both processes log of a reader's run, at the level that says most: its session and codes, and nothing that the reader wrote or the program printed. */

const marker = "sandkorn-7f3a91c4";
const logged: string[] = [];
const log = pino({ level: "trace" }, { write: (line) => void logged.push(line) });

let rig: Rig;
before(async () => {
	rig = await startRig({ offered: await offer("python"), settings: { poolSize: 1, idleWallMs: 5_000 }, log });
});
after(() => rig.close());

test("code, input, file names, arguments and output never reach the log, whatever becomes of the run", async (context) => {
	const catalogue = await readCatalogue(fileURLToPath(new URL("../../sandbox-images", import.meta.url)));
	const { url } = await openGateway(context, { catalogue, runnerSocketPath: rig.socketPath, log });
	const page = await TestPage.open(url);
	const code = `# ${marker}\nimport sys\nopen("${marker}.out", "w").write("${marker}")\nprint(input(), "${marker}", sys.argv)\n`;
	page.run(1, code, { files: [{ name: `${marker}.py`, content: code }], arguments: [marker], mode: "pipes" });
	page.sendStdin(Buffer.from(`${marker}\n`));
	assert.deepEqual((await page.exitOf(1)).outcome, { kind: "exited", code: 0 });
	assert.ok(page.output.includes(`${marker} ${marker} ['`), "the program had it all");

	page.run(2, `raise SystemError("${marker}")`);
	await page.exitOf(2);
	page.run(3, `import os, signal\nprint("${marker}")\nos.kill(os.getpid(), signal.SIGKILL)`);
	await page.exitOf(3);
	const refused = [
		{ files: [{ name: `../${marker}`, content: "" }] },
		{ language: marker },
		{ version: marker },
		{ tier: marker },
		{ entry: marker },
		{ arguments: [`${marker}\0`] },
	];
	for (const [index, fields] of refused.entries()) {
		page.run(4 + index, "print(1)", fields);
		await page.next("error", ({ run }) => run === 4 + index);
	}
	page.socket.send(`{"type":"run","${marker}":`);
	await page.until(() => page.closeCode ?? undefined);

	await (await post(url, program(code, { stdin: marker }))).text();
	await (await post(url, `{"${marker}`)).text();
	await (await post(url, program(code, { [marker]: marker }))).text();
	const json = { "content-type": "application/json", accept: "application/json, text/event-stream" };
	await (await fetch(url + pistonExecutePath, { method: "POST", headers: json, body: `{"language":"${marker}"}` })).text();
	const hello = { protocolVersion: "2025-06-18", capabilities: {}, clientInfo: { name: marker, version: marker } };
	const mcp = (body: object | string, headers = {}) =>
		fetch(`${url}/mcp`, {
			method: "POST",
			headers: { ...json, ...headers },
			body: typeof body === "string" ? body : JSON.stringify(body),
		});
	const welcome = await mcp({ jsonrpc: "2.0", id: 1, method: "initialize", params: hello });
	const session = { "mcp-session-id": welcome.headers.get("mcp-session-id") ?? "" };
	await welcome.text();
	for (const message of [
		{ jsonrpc: "2.0", id: 2, method: "tools/call", params: { name: "run_code", arguments: { language: "python", code } } },
		{ jsonrpc: "2.0", id: 3, method: marker, params: { [marker]: marker } },
		{ jsonrpc: marker, id: { [marker]: marker }, method: [marker] },
		{ jsonrpc: "2.0", id: marker, result: { [marker]: marker } },
	])
		await (await mcp(message, session)).text();

	assert.ok(
		logged.some((line) => /"session":"[\w-]+".*"run":4,.*"run refused"/.test(line)),
		`what is logged bears its session:\n${logged.join("")}`,
	);
	assert.deepEqual(
		logged.filter((line) => line.includes(marker)),
		[],
	);
});
