import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { readConfig } from "../server/config.ts";
import { readCatalogue } from "../server/languages/catalogue.ts";
import { pythonOf } from "./bench.ts";
import { type BenchServer, startBenchServer } from "./bench-server.ts";
import { Crowd } from "./crowd/crowd.ts";
import { driverOf } from "./drivers.ts";
import { cpuMsOf } from "./host/processes.ts";
import { surveySandboxes } from "./host/sandbox-survey.ts";
import { benchProgram, listeningProgram } from "./programs.ts";
import { DoorPlace } from "./sides/door-place.ts";

/** What the bench needs of a real server, whatever makes its sandboxes: that it is left alone, that its sandboxes are seen from outside, and that many readers can come. */

const config = readConfig(process.env, process.cwd());
const held = 3;
let server: BenchServer;
before(async () => {
	server = await startBenchServer({
		config,
		languages: ["python"],
		poolSize: 0,
		tiers: ["container"],
		env: { SANDGLASS_RECONNECT_GRACE_MS: "0" },
	});
});
after(() => server.close());

test("every sandbox that is held is seen from outside, with what minds it, and none after it was given back", async () => {
	const catalogue = await readCatalogue("sandbox-images");
	await server.untilIdle();
	const seen = async () => surveySandboxes([server.process.instance, ...(await server.process.containers())]);
	assert.deepEqual(await seen(), []);
	const places = Array.from({ length: held }, () => new DoorPlace(server.socketPath, pythonOf({ catalogue })));
	try {
		await Promise.all(places.map((place) => place.claimed));
		const sandboxes = await seen();
		assert.equal(sandboxes.length, held);
		for (const { ownBytes, monitorBytes } of sandboxes) {
			assert.ok(ownBytes > 50_000 && ownBytes < 64_000_000, `${ownBytes} bytes of its own`);
			assert.ok(monitorBytes > 0 && monitorBytes < 64_000_000, `${monitorBytes} bytes of what minds it`);
		}
	} finally {
		await Promise.all(places.map((place) => place.close()));
	}
	await server.untilIdle();
	assert.deepEqual(await seen(), []);
});

test("what makes the sandboxes is found out, and is what the environment asked for where it asked", async () => {
	const driver = await driverOf({ catalogue: await readCatalogue("sandbox-images") }, server);
	if (config.driver === "auto") assert.match(driver, /^(docker|oci)$/);
	else assert.equal(driver, config.driver);
});

test("many readers sit down, some of them type, every key comes back, and gateway and runner have worked for it", async () => {
	const program = benchProgram(config, pythonOf({ catalogue: await readCatalogue("sandbox-images") }), "pty", listeningProgram);
	const crowd = new Crowd(server.process.url, program);
	try {
		assert.deepEqual(await crowd.seat(1), { sessions: 1, refusal: null });
		assert.deepEqual(await crowd.seat(held), { sessions: held, refusal: null });
		const { gateway = 0, runner = 0 } = server.process.pids();
		const before = cpuMsOf(gateway) + cpuMsOf(runner);
		const echoes = await crowd.type(2, 1_500);
		assert.ok(echoes.length >= 4, `${echoes.length} keys in a second and a half`);
		assert.ok(echoes.every((ms) => ms > 0 && ms < 5_000));
		assert.ok(cpuMsOf(gateway) + cpuMsOf(runner) > before);
	} finally {
		await crowd.close();
	}
	await server.untilIdle();
});
