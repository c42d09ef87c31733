import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Health, runPath } from "../../protocol/api.ts";
import { ApiProblem } from "../../protocol/api-problem.ts";
import { Catalogue, cataloguePath } from "../../protocol/catalogue.ts";
import { type ServerProcess, startSandglass, waitUntil } from "../server-process.ts";
import { SessionClient } from "../session-client.ts";
import { RunRefused } from "../session-run.ts";

/** A server none of whose isolations can be had: here the one that is allowed asks for a runtime that no engine lists. */

let server: ServerProcess;
before(async () => {
	const env = { SANDGLASS_TIERS: "kata", SANDGLASS_KATA_RUNTIME: "no-such-runtime" };
	server = await startSandglass({ env, languages: [] });
});
after(() => server.stop());

const fetchJson = async (path: string): Promise<unknown> => (await fetch(new URL(path, server.url))).json();

test("where no isolation passed the server serves its pages, says why, and runs nothing: no weaker choice is made", async () => {
	await waitUntil(
		async () => Health.parse(await fetchJson("/healthz")).tiers.some(({ state }) => state === "missing"),
		"the tier is known",
	);
	const health = Health.parse(await fetchJson("/healthz"));
	assert.equal(health.status, "degraded");
	assert.match(health.tiers.find(({ tier }) => tier === "kata")?.reason ?? "", /does not list a runtime/);
	for (const path of ["/", "/lab", "/api"]) assert.equal((await fetch(new URL(path, server.url))).status, 200, path);
	const { tiers } = Catalogue.parse(await fetchJson(cataloguePath));
	assert.deepEqual(
		tiers.map(({ tier, state }) => [tier, state]),
		[["kata", "missing"]],
	);

	const files = [{ name: "main.py", content: "print(1)" }];
	for (const wish of [{}, { tier: "kata" }, { tier: "container" }, { tier: "browser" }]) {
		const body = JSON.stringify({ language: "python", files, ...wish });
		const response = await fetch(new URL(runPath, server.url), { method: "POST", headers: { "Content-Type": "application/json" }, body });
		const { code } = ApiProblem.parse(await response.json());
		assert.ok(
			response.status >= 400 && ["noTierPassed", "tierUnavailable", "tierWithoutLanguage"].includes(code),
			`${response.status} ${code}`,
		);
	}
	const visitor = await SessionClient.connect({ url: server.url });
	const run = visitor.run({ language: "python", files, mode: "pipes" });
	await assert.rejects(run.exit, (error) => error instanceof RunRefused && error.code === "noTierPassed");
	await visitor.close();
	assert.deepEqual(await server.containers(), []);
});
