import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import type { AttackProgram } from "../../protocol/attack-programs.ts";
import { readAttackPrograms } from "../../server/gateway/attack-programs.ts";
import { readCatalogue } from "../../server/languages/catalogue.ts";
import { ensureImages } from "../../setup/images.ts";
import { ContractSandbox, engine } from "../contract-sandbox.ts";

/** The attacks that a reader opens from the lab, in a real sandbox: they say what held, and none says that anything broke. */

const languages = ["python", "javascript", "c"];
const sandboxes = new Map<string, ContractSandbox>();
let programs: readonly AttackProgram[] = [];

/** Those that a limit ends before they could say anything, and that one which ends badly on purpose. */
const endings: Readonly<Record<string, unknown>> = {
	"02-memory-bomb": { kind: "limited", limit: "memory" },
	"05-output-flood": { kind: "limited", limit: "output" },
	"09-stop-everything": { kind: "limited", limit: "idleWall" },
	"14-forge-frames": { kind: "exited", code: 7 },
};

before(async () => {
	const folder = fileURLToPath(new URL("..", import.meta.url));
	const catalogue = await readCatalogue(folder);
	programs = (await readAttackPrograms(folder, catalogue)).programs.filter(({ tiers }) => tiers.includes("container"));
	const progress = (line: string): void => void process.stderr.write(`${line}\n`);
	const images = await ensureImages({ docker: engine, instance: "sandglass-runner-test", progress, languages });
	for (const language of languages) {
		const toolchain = catalogue.find(language, undefined, "container");
		const image = toolchain && images[toolchain.key];
		assert.ok(toolchain !== undefined && image !== undefined, language);
		sandboxes.set(language, await ContractSandbox.start(toolchain, image));
	}
});

after(async () => {
	for (const sandbox of sandboxes.values()) await sandbox.destroy();
});

test("every attack program runs to its end in a container, and not one line says that a wall broke", async () => {
	assert.ok(programs.length >= 30);
	for (const { id, language, fileName, content } of programs) {
		const sandbox = sandboxes.get(language);
		assert.ok(sandbox !== undefined, language);
		const ending = await sandbox.run({ files: [{ name: fileName, content }], entry: fileName, mode: "pipes" });
		const told = `${id}: ${ending.stdout.slice(0, 2_000)}\n${ending.stderr}`;
		const { value: _, ...outcome } = { value: 0, ...ending.outcome };
		assert.deepEqual(outcome, endings[id] ?? { kind: "exited", code: 0 }, told);
		assert.doesNotMatch(ending.stdout, /BROKE/, told);
		assert.equal(ending.stderr, "", told);
		assert.notEqual(ending.stdout, "", id);
	}
});
