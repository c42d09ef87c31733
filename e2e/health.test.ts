import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Health } from "../protocol/api.ts";
import { type ServerProcess, startSandglass, waitUntil } from "./server-process.ts";

/** What an operator's monitoring reads of a server of which one isolation cannot be had, as on most machines. */

let server: ServerProcess;
before(async () => {
	const env = { SANDGLASS_TIERS: "kata,container", SANDGLASS_KATA_RUNTIME: "no-such-runtime" };
	server = await startSandglass({ env, languages: ["python"], tiers: ["container"] });
});
after(() => server.stop());

const readHealth = async (): Promise<Health> => Health.parse(await (await fetch(new URL("/healthz", server.url))).json());

test("an isolation that this machine cannot have makes nobody ill: all is well when the others' images are there", async () => {
	const isEveryImageThere = ({ pool }: Health): boolean => pool.every(({ tier, isReady }) => tier === "kata" || isReady);
	await waitUntil(async () => isEveryImageThere(await readHealth()), "every image is there", 300_000);
	const { status, tiers } = await readHealth();
	assert.deepEqual(
		tiers.map(({ tier, state }) => [tier, state]),
		[
			["kata", "missing"],
			["container", "offered"],
		],
	);
	assert.equal(status, "ok");
});
