import assert from "node:assert/strict";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { test } from "node:test";
import { readConfig } from "../server/config.ts";
import { SetupError } from "./debian-packages.ts";
import { ensureEngine, isEngineUp } from "./engine.ts";

test("an engine that is not there, refuses or answers with a fault counts as down", async () => {
	assert.equal(await isEngineUp("unix:///nowhere/engine.sock"), false);
	const server = createServer((_, response) => response.writeHead(500).end());
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
	const { port } = server.address() as AddressInfo;
	assert.equal(await isEngineUp(`tcp://127.0.0.1:${port}`), false);
	await new Promise((resolve) => server.close(resolve));
});

test("a DOCKER_HOST that does not answer is told, never replaced by another engine", async () => {
	const config = readConfig({ DOCKER_HOST: "unix:///nowhere/engine.sock" }, "/a");
	await assert.rejects(
		ensureEngine(config, () => undefined),
		(error: unknown) => error instanceof SetupError && error.message.includes("DOCKER_HOST=unix:///nowhere/engine.sock"),
	);
});
