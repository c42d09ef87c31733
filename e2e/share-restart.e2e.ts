import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Snippet, SnippetCreated, snippetsPath } from "../protocol/snippets.ts";
import { expect, test } from "./page-objects/test.ts";
import { type ServerProcess, startSandglass, waitUntil } from "./server-process.ts";

/** Links of a server whose parts, and which itself, are killed: each that was given out opens afterwards, unchanged. A state directory of its own. */

let stateDir: string;
const servers: ServerProcess[] = [];

async function start(): Promise<ServerProcess> {
	// The engine is the one that the other tests use; only what is shared is kept apart.
	// One instance, so that the sandboxes of a server that was killed are reaped by the next.
	const env = {
		LOG_LEVEL: "silent",
		SANDGLASS_STATE_DIR: stateDir,
		SANDGLASS_INSTANCE: `test-share-${process.pid}`,
		SANDGLASS_POOL_CEILING: "1",
	};
	const server = await startSandglass({ env });
	servers.push(server);
	return server;
}

test.beforeAll(() => {
	stateDir = mkdtempSync(join(tmpdir(), "sandglass-share-"));
});
test.afterAll(async () => {
	await servers.at(-1)?.stop();
	rmSync(stateDir, { recursive: true, force: true });
});

async function share(server: ServerProcess, text: string): Promise<string> {
	const draft = { language: "python", title: "Kept", files: [{ name: "main.py", content: `print(${JSON.stringify(text)})\n` }] };
	const headers = { "content-type": "application/json", origin: server.url };
	const answer = await fetch(new URL(snippetsPath, server.url), { method: "POST", headers, body: JSON.stringify(draft) });
	expect(answer.status).toBe(201);
	return SnippetCreated.parse(await answer.json()).id;
}

async function read(server: ServerProcess, id: string): Promise<Snippet> {
	const answer = await fetch(new URL(`${snippetsPath}/${id}`, server.url));
	expect(answer.status).toBe(200);
	return Snippet.parse(await answer.json());
}

test("a link that was given out opens after kill -9 of the gateway, of all of the server, and after a restart in order", async () => {
	test.setTimeout(600_000);
	const first = await start();
	const id = await share(first, "before everything");
	const snippet = await read(first, id);
	expect(snippet.version).not.toBe("");
	expect(snippet.imageDigest).toMatch(/^[0-9a-f]{12}/);

	const gateway = first.pids().gateway;
	if (gateway === undefined) throw new Error("There is no gateway.");
	const beforeGateway = await share(first, "before the gateway died");
	process.kill(gateway, "SIGKILL");
	await waitUntil(() => isAnswering(first), "the gateway answers again");
	expect(await read(first, id)).toEqual(snippet);
	expect((await read(first, beforeGateway)).id).toBe(beforeGateway);

	const beforeAll = await share(first, "before all of it died");
	const { main, gateway: second, runner } = first.pids();
	for (const pid of [main, second, runner]) if (pid !== undefined) process.kill(pid, "SIGKILL");
	const after = await start();
	expect(await read(after, id)).toEqual(snippet);
	expect((await read(after, beforeAll)).id).toBe(beforeAll);

	await after.stop();
	const last = await start();
	expect(await read(last, id)).toEqual(snippet);
	expect((await read(last, beforeAll)).id).toBe(beforeAll);
});

async function isAnswering(server: ServerProcess): Promise<boolean> {
	const answer = await fetch(new URL("/healthz", server.url)).catch(() => null);
	return answer?.ok ?? false;
}
