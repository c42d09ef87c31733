import assert from "node:assert/strict";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { AttackPrograms, attackProgramsPath } from "../../protocol/attack-programs.ts";
import { baselineTable } from "../../protocol/baselines.ts";
import { PostureDocument, type PostureReport, posturePath } from "../../protocol/posture.ts";
import { TierId, tierIds } from "../../protocol/tiers.ts";
import { readCatalogue } from "../languages/catalogue.ts";
import { DoorRequest } from "../runner/door-protocol.ts";
import { readAttackPrograms } from "./attack-programs.ts";
import { openFixture } from "./testing/fixture.ts";

const sandboxImages = fileURLToPath(new URL("../../sandbox-images", import.meta.url));

function report(subject: PostureReport["subject"]): PostureReport {
	return {
		subject,
		startedAtMs: 1_700_000_000_000,
		tookMs: 900,
		verdict: subject.startsWith("baseline-") ? "unjudged" : "passed",
		problem: null,
		image: "python@3.13",
		facts: { "identity.uid": 1_000 },
		attacks: [{ row: 1, id: "01-fork-bomb", title: "A fork bomb", outcome: "held", tried: "fork", happened: "<b>EAGAIN</b>", why: "pids" }],
		differences: [],
		figures: { startMs: 400, warmMs: 8, idleMemoryBytes: 9_000_000 },
	};
}

test("/api/v1/posture keeps to the schema: every tier with its state, the reports in the operator's order, baselines last", async (context) => {
	const postures = [report("baseline-docker-run"), report("container"), report("gvisor")];
	const { url } = await openFixture(context, { postures, config: { tiers: ["container", "gvisor", "browser"] } });
	const response = await fetch(url + posturePath);
	const { tiers, reports, build } = PostureDocument.parse(await response.json());
	assert.equal(build, "test");
	assert.deepEqual(
		reports.map(({ subject }) => subject),
		["container", "gvisor", "baseline-docker-run"],
	);
	assert.deepEqual(tiers.map(({ tier }) => tier).sort(), [...tierIds].sort());
	const stateOf = (id: TierId) => tiers.find(({ tier }) => tier === id)?.state;
	assert.equal(stateOf("container"), "offered");
	assert.equal(stateOf("browser"), "missing", "no language of this catalogue runs there");
	assert.equal(stateOf("microvm"), "disabled");
	assert.equal(stateOf("gvisor"), "missing");
});

test("/api/v1/posture is revalidated by its ETag, read only, and answered as data", async (context) => {
	const { url } = await openFixture(context, { postures: [report("container")] });
	const first = await fetch(url + posturePath);
	await first.text();
	const etag = first.headers.get("etag") ?? "";
	assert.equal(first.headers.get("cache-control"), "no-cache");
	assert.match(first.headers.get("content-type") ?? "", /^application\/json/);
	assert.match(first.headers.get("content-security-policy") ?? "", /default-src 'none'/);
	assert.equal(first.headers.get("x-content-type-options"), "nosniff");
	assert.equal((await fetch(url + posturePath, { headers: { "if-none-match": etag } })).status, 304);
	assert.equal((await fetch(url + posturePath, { method: "POST" })).status, 405);
});

test("/api/v1/posture keeps what was measured while the runner is down, and says that nothing is offered", async (context) => {
	const { url, door } = await openFixture(context, { postures: [report("container")] });
	await door.kill();
	for (;;) {
		const { tiers, reports } = PostureDocument.parse(await (await fetch(url + posturePath)).json());
		assert.equal(reports.length, 1);
		const container = tiers.find(({ tier }) => tier === "container");
		if (container?.state === "offered") continue;
		assert.equal(container?.state, "missing");
		assert.match(container?.reason ?? "", /is down/);
		break;
	}
});

test("/api/v1/posture does not tell what the engine or a file system said when a posture could not be taken", async (context) => {
	const failed: PostureReport = { ...report("container"), verdict: "failed", problem: "ENOENT: open '/srv/sandglass/container.json'" };
	const { url } = await openFixture(context, { postures: [failed, { ...report("baseline-docker-run"), problem: "Said by us." }] });
	const body = await (await fetch(url + posturePath)).text();
	const { reports } = PostureDocument.parse(JSON.parse(body));
	assert.match(reports[0]?.problem ?? "", /could not be tried/);
	assert.equal(reports[1]?.problem, "Said by us.");
	assert.ok(!body.includes("/srv/"));
});

test("/api/v1/attack-programs offers every program of the folder with the tiers that run it", async (context) => {
	const attackPrograms = await readAttackPrograms(sandboxImages, await readCatalogue(sandboxImages));
	const { url } = await openFixture(context, { attackPrograms });
	const { programs } = AttackPrograms.parse(await (await fetch(url + attackProgramsPath)).json());
	assert.ok(programs.length >= 30, String(programs.length));
	assert.equal(new Set(programs.map(({ id }) => id)).size, programs.length);
	for (const { id, row, tiers, content, language } of programs) {
		assert.equal(Number(id.slice(0, 2)), row, id);
		assert.ok(content.includes(`Row ${row}.`), id);
		assert.ok(tiers.length > 0 || language === "c", id);
	}
	assert.ok(programs.find(({ id }) => id === "20-namespaces")?.tiers.includes("gvisor"));
	assert.ok(!programs.find(({ id }) => id === "21-kernel-calls-c")?.tiers.includes("wasm"));
});

test("no request can name a baseline: it is no tier, no language and no version", async () => {
	const catalogue = await readCatalogue(sandboxImages);
	for (const id of Object.keys(baselineTable)) {
		assert.ok(!TierId.safeParse(id).success);
		assert.equal(catalogue.find(id), undefined);
		assert.ok(catalogue.toolchains.every(({ key, image }) => !key.includes(id) && image !== id));
		const claim = { type: "claim", language: "python", version: "3.13", tier: "container" };
		assert.ok(DoorRequest.safeParse(claim).success);
		assert.ok(!DoorRequest.safeParse({ ...claim, tier: id }).success);
		assert.ok(!DoorRequest.safeParse({ ...claim, baseline: id }).success);
	}
});
