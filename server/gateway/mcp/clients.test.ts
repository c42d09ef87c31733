import assert from "node:assert/strict";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { test } from "node:test";
import { pino } from "pino";
import { McpClients } from "./clients.ts";
import { initialize, postMcp } from "./testing/mcp-client.ts";

test("an idle client is closed, and its runs' sandboxes with it", async (context) => {
	const log = pino({ level: "silent" });
	const now = () => performance.now();
	const clients = new McpClients({ bounds: { idleMs: 50, maxClients: 2, maxClientsOfAddress: 2 }, now, log });
	const consumer = { visitor: "api:192.0.2.1", address: "192.0.2.1" };
	const world = {
		build: "test",
		catalogue: () => assert.fail("nobody asks"),
		openRuns: () => assert.fail("nobody runs"),
		idleMs: 50,
		now,
	};
	const server = createServer(async (request, response) => {
		const transport = await clients.open(consumer, world);
		assert.ok(transport);
		await transport.handleRequest(request, response);
	});
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
	context.after(() => server.close());
	const { port } = server.address() as AddressInfo;
	const id = (await postMcp(`http://127.0.0.1:${port}`, initialize)).headers.get("mcp-session-id") ?? "";
	const deadline = performance.now() + 5_000;
	while (clients.size > 0 && performance.now() < deadline) await new Promise((resolve) => setImmediate(resolve));
	assert.equal(clients.find(id, consumer), undefined);
});
