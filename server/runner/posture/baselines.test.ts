import assert from "node:assert/strict";
import { before, test } from "node:test";
import { type BaselineId, baselineTable } from "../../../protocol/baselines.ts";
import { PostureReport } from "../../../protocol/posture.ts";
import { containersOf, engine, offer } from "../testing/rig.ts";
import { type BaselineOptions, measureBaselines } from "./baselines.ts";

const instance = `baselines-${process.pid}`;

async function options(): Promise<BaselineOptions> {
	const [python, javascript] = await offer("python", "javascript");
	assert.ok(python !== undefined && javascript !== undefined);
	const describe = ({ toolchain, image }: typeof python) => ({ reference: image, key: toolchain.key });
	const images = { python: describe(python), javascript: describe(javascript) };
	return { docker: engine, instance, runtime: "runsc", images, signal: AbortSignal.timeout(300_000) };
}

let reports: PostureReport[] = [];
before(async () => {
	reports = await measureBaselines(await options());
});

const reportOf = (id: BaselineId): PostureReport => {
	const report = reports.find(({ subject }) => subject === id);
	assert.ok(report !== undefined, id);
	return report;
};

function outcomeOf(id: BaselineId, attack: string): string {
	const report = reportOf(id);
	assert.equal(report.problem, null, id);
	return report.attacks.find((it) => it.id === attack)?.outcome ?? "absent";
}

test("every baseline has one report that keeps to the schema, is never judged, and leaves no container behind", async () => {
	assert.deepEqual(reports.map(({ subject }) => subject).sort(), Object.keys(baselineTable).sort());
	for (const report of reports) {
		PostureReport.parse(report);
		assert.equal(report.verdict, "unjudged");
		assert.deepEqual(report.figures, { startMs: null, warmMs: null, idleMemoryBytes: null });
	}
	assert.deepEqual(await containersOf(instance), []);
});

test("ATTACKS.md 41: code in the server's own process walks out, reads the server's memory, and starts what it likes", () => {
	for (const id of ["baseline-python-exec", "baseline-node-vm"] as const) {
		assert.equal(outcomeOf(id, "41-in-process"), "broke", id);
		assert.equal(outcomeOf(id, "33-server-memory"), "broke", id);
		assert.equal(outcomeOf(id, "33-secrets"), "broke", id);
		assert.equal(outcomeOf(id, "16-signal-agent"), "broke", id);
	}
});

test("ATTACKS.md 20, 21: a deny list refuses what somebody thought of, and lets through what nobody did", () => {
	assert.equal(outcomeOf("baseline-deny-list", "21-kernel-log"), "held");
	assert.equal(outcomeOf("baseline-python-exec", "21-kernel-log"), "broke", "control: without the list the same call works");
	assert.equal(outcomeOf("baseline-deny-list", "20-user-namespace"), "broke");
	assert.equal(outcomeOf("baseline-deny-list", "33-secrets"), "broke");
});

test("a container with nothing set keeps root and its capabilities, or says why it could not be shown fairly", () => {
	const { problem } = reportOf("baseline-docker-run");
	if (problem !== null) {
		// An engine whose runsc leaves the engine's filter out; the private engine's does not.
		assert.match(problem, /filter on system calls/);
		return;
	}
	assert.equal(outcomeOf("baseline-docker-run", "26-own-rights"), "broke");
	assert.equal(outcomeOf("baseline-docker-run", "27-write-root"), "broke");
	assert.equal(outcomeOf("baseline-docker-run", "20-user-namespace"), "held");
});

test("what the outer sandbox denies by itself is no merit of a baseline", () => {
	for (const id of ["baseline-deny-list", "baseline-node-vm"] as const) {
		for (const attack of ["29-internet", "29-metadata", "21-io-uring"])
			assert.equal(outcomeOf(id, attack), "inexpressible", `${id} ${attack}`);
		const told = reportOf(id).attacks.find((it) => it.id === "29-internet");
		assert.match(told?.happened ?? "", /not by this baseline/);
	}
});

test("without gVisor around it no baseline is run, and each says so", async () => {
	const unmeasured = await measureBaselines({ ...(await options()), runtime: null });
	assert.equal(unmeasured.length, Object.keys(baselineTable).length);
	for (const { problem, attacks } of unmeasured) {
		assert.match(problem ?? "", /gVisor/);
		assert.deepEqual(attacks, []);
	}
});

test("when the server stops, what is under way is ended and removed", async () => {
	const stop = new AbortController();
	const measuring = measureBaselines({ ...(await options()), signal: stop.signal });
	while ((await containersOf(instance)).length === 0);
	stop.abort(new Error("stopping"));
	await assert.rejects(measuring, /stopping/);
	assert.deepEqual(await containersOf(instance), []);
});
