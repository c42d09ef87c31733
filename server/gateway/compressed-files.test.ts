import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, request } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buffer } from "node:stream/consumers";
import { type TestContext, test } from "node:test";
import { brotliCompressSync, brotliDecompressSync } from "node:zlib";
import { CompressedFiles } from "./compressed-files.ts";

const script = "console.log('hello');\n".repeat(100);

async function serve(context: TestContext) {
	const folder = mkdtempSync(join(tmpdir(), "static-"));
	mkdirSync(join(folder, "chunks"));
	writeFileSync(join(folder, "chunks/a.js"), script);
	writeFileSync(join(folder, "chunks/a.js.br"), brotliCompressSync(script));
	writeFileSync(join(folder, "chunks/plain.js"), script);
	writeFileSync(join(folder, "secret.json.br"), "no script");
	const files = new CompressedFiles(folder);
	const server = createServer((incoming, response) => {
		if (!files.answer(incoming, response)) response.writeHead(418).end("next");
	}).listen(0, "127.0.0.1");
	await once(server, "listening");
	context.after(() => {
		server.close();
		rmSync(folder, { recursive: true });
	});
	const { port } = server.address() as AddressInfo;
	return async (path: string, encoding?: string, method = "GET") => {
		const call = request({ port, path, method, headers: encoding === undefined ? {} : { "accept-encoding": encoding } }).end();
		const [response] = await once(call, "response");
		return { status: response.statusCode, headers: response.headers, body: await buffer(response) };
	};
}

test("a script of the build goes out compressed to who takes Brotli, and is the same script", async (context) => {
	const ask = await serve(context);
	const { status, headers, body } = await ask("/_next/static/chunks/a.js?dpl=1", "gzip, deflate, br, zstd");
	assert.deepEqual([status, headers["content-encoding"], headers["content-type"]], [200, "br", "application/javascript; charset=UTF-8"]);
	assert.deepEqual([headers.vary, headers["cache-control"]], ["Accept-Encoding", "public, max-age=31536000, immutable"]);
	assert.equal(brotliDecompressSync(body).toString(), script);
	const head = await ask("/_next/static/chunks/a.js", "br;q=0.5", "HEAD");
	assert.deepEqual([head.status, Number(head.headers["content-length"]), head.body.length], [200, body.length, 0]);
});

test("everybody and everything else is left to the page", async (context) => {
	const ask = await serve(context);
	for (const encoding of [undefined, "gzip", "br;q=0", "br;q=0.0", "brotli", "gzip, x-br"])
		assert.equal((await ask("/_next/static/chunks/a.js", encoding)).status, 418, encoding);
	for (const path of [
		"/_next/static/chunks/plain.js",
		"/_next/static/secret.json",
		"/_next/static/../a",
		"/_next/static/chunks/%2e%2e/x",
		"/",
	])
		assert.equal((await ask(path, "br")).status, 418, path);
	assert.equal((await ask("/_next/static/chunks/a.js", "br", "POST")).status, 418);
});
