import assert from "node:assert/strict";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { after, before, test } from "node:test";
import { Registry } from "prom-client";
import { TrustedProxies } from "./address.ts";
import { createMetrics } from "./metrics.ts";

const metrics = createMetrics({
	registry: new Registry(),
	processFigures: () => ({
		gateway: null,
		runner: {
			eventLoopDelayMs: { p50: 0.5, p99: 3, max: 250 },
			cpuSeconds: 12.5,
			residentBytes: 80_000_000,
			heapBytes: 20_000_000,
			externalBytes: 4_000_000,
		},
	}),
	readers: new TrustedProxies(["127.0.0.1"]),
	proxies: new TrustedProxies(["127.0.0.2"]),
	runnerStatus: () => ({
		engine: "up",
		leases: 3,
		maxLeases: 8,
		capacity: 8,
		bottleneck: "ceiling",
		tiers: [{ tier: "gvisor", state: "failed", reason: "It differs.", checkedAtMs: 1_700_000_000_000 }],
		languages: [{ language: "python", version: "3.13", tier: "container", isReady: true, idle: 2, starting: 0 }],
	}),
	gatewayState: () => ({ connections: 5, sessions: 4, waiting: 1, slotsInUse: 3 }),
});
const server = createServer((request, response) => {
	if (!metrics(request, response)) response.writeHead(404).end();
});
let url: string;
before(async () => {
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
	url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
after(() => server.close());

test("the operator reads how the tiers stand and what is in use", async () => {
	const text = await (await fetch(`${url}/metrics`)).text();
	for (const line of [
		'sandglass_tier_state{tier="gvisor",state="failed"} 1',
		'sandglass_tier_state{tier="gvisor",state="offered"} 0',
		'sandglass_tier_checked_timestamp_seconds{tier="gvisor"} 1700000000',
		'sandglass_sandboxes_idle{language="python",version="3.13",tier="container"} 2',
		"sandglass_leases 3",
		"sandglass_queue_waiting 1",
		'sandglass_event_loop_delay_seconds{process="runner",quantile="1"} 0.25',
		'sandglass_process_cpu_seconds_total{process="runner"} 12.5',
	])
		assert.ok(text.split("\n").includes(line), `${line}\n${text.slice(0, 2_000)}`);
});

test("who comes through a proxy that nobody configured is nobody's operator, whatever address it bears (ATTACKS.md 38)", async () => {
	for (const [name, value] of [
		["x-forwarded-for", "127.0.0.1"],
		["forwarded", "for=127.0.0.1"],
	] as const)
		assert.equal((await fetch(`${url}/metrics`, { headers: { [name]: value } })).status, 404);
});
