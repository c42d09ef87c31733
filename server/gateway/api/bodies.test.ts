import assert from "node:assert/strict";
import { type ClientRequest, createServer, request } from "node:http";
import type { AddressInfo } from "node:net";
import { type TestContext, test } from "node:test";
import { Bodies } from "./bodies.ts";

/** A server that answers with what it read, and clients that send as slowly as they like. */
async function open(context: TestContext, caps: { bodyBytes?: number; addressBytes?: number; totalBytes?: number }) {
	const bodies = new Bodies(caps);
	let begun = (): void => {};
	const server = createServer((incoming, response) => {
		incoming.once("data", () => begun());
		void bodies.readJson(incoming, String(incoming.headers["x-address"])).then((body) => response.end(JSON.stringify(body)));
	});
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
	context.after(() => server.close());
	context.after(() => server.closeAllConnections());
	const { port } = server.address() as AddressInfo;

	/** Resolves once the server has its first bytes. */
	async function start(address: string, first: string): Promise<{ client: ClientRequest; answer: Promise<string> }> {
		const client = request({ port, method: "POST", headers: { "Content-Type": "application/json; charset=utf-8", "x-address": address } });
		const answer = new Promise<string>((resolve, reject) => {
			client.on("error", reject);
			client.on("response", (response) => {
				let text = "";
				response.on("data", (chunk: Buffer) => {
					text += chunk.toString();
				});
				response.on("end", () => resolve(text));
			});
		});
		const taken = new Promise<void>((resolve) => {
			begun = resolve;
		});
		client.write(first);
		await taken;
		return { client, answer };
	}
	return { start };
}

test("ATTACKS 38: bodies that never end keep an address to its share, others are served, and a body that ended gives its share back", async (context) => {
	const { start } = await open(context, { addressBytes: 1_000 });
	const slow = await start("a", `"${"x".repeat(700)}`);
	const second = await start("a", `"${"y".repeat(700)}`);
	assert.match(await second.answer, /queueFull/);
	const other = await start("b", '"hello"');
	other.client.end();
	assert.equal(await other.answer, '{"json":"hello"}');
	slow.client.end('"');
	assert.match(await slow.answer, /"json":"xxx/);
	const third = await start("a", `"${"z".repeat(700)}"`);
	third.client.end();
	assert.match(await third.answer, /"json":"zzz/);
});

test("ATTACKS 38: many addresses together have a bound too", async (context) => {
	const { start } = await open(context, { totalBytes: 1_000 });
	const slow = await start("a", "x".repeat(700));
	assert.match(await (await start("b", "y".repeat(700))).answer, /queueFull/);
	slow.client.end();
	assert.match(await slow.answer, /bodyUnreadable/);
});

test("a body that is no UTF-8 is not taken for text", async (context) => {
	const { start } = await open(context, {});
	const { client, answer } = await start("a", '"');
	client.write(Buffer.from([0xff]));
	client.end('"');
	assert.match(await answer, /bodyUnreadable/);
});
