// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the shell's own, in programs that are text here.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { readCatalogue, type Toolchain } from "../../server/languages/catalogue.ts";
import { ensureImages, type ImageReferences } from "../../setup/images.ts";
import { ContractSandbox, type Ending, engine } from "../contract-sandbox.ts";
import { bashCases } from "./bash.ts";
import type { Case } from "./case.ts";
import { denoCases, nodeCases } from "./javascript.ts";
import { pythonCases } from "./python.ts";
import { rubyCases } from "./ruby.ts";

/**
 * A program cannot tell whether its interpreter was started for it or has waited for it: some hundred small programs, run both ways in the real sandbox, by pipes and
 * in a terminal, must print the same and end the same. Each is written so that two fresh runs print the same.
 */

interface Subject {
	readonly language: string;
	readonly version: string;
	/** How long a start takes to come to its hold; one that has not come there yet is let go all the same. */
	readonly heldAfterMs: number;
	readonly cases: readonly Case[];
	/** Prints something that no two runs have in common. */
	readonly random: readonly string[];
	/** Prints for how many hundredths of a second its process has lived; absent where nothing may be read. */
	readonly age?: string;
}

const subjects: readonly Subject[] = [
	...["3.13", "3.11"].map((version) => ({
		language: "python",
		version,
		heldAfterMs: 60,
		cases: pythonCases,
		random: [
			"print(hash('a'), hash(b'b'))",
			"import random; print(random.random())",
			"import os, uuid; print(os.urandom(8), uuid.uuid4())",
		],
		age: "print(float(open('/proc/uptime').read().split()[0]) * 100 - int(open('/proc/self/stat').read().split(') ')[1].split()[19]))",
	})),
	{
		language: "javascript",
		version: "20.19",
		heldAfterMs: 150,
		cases: nodeCases,
		random: ["console.log(Math.random())", "console.log(crypto.randomUUID())"],
		age: "const fs = require('fs'); console.log(parseFloat(fs.readFileSync('/proc/uptime')) * 100 - fs.readFileSync('/proc/self/stat', 'utf8').split(') ')[1].split(' ')[19])",
	},
	{
		language: "javascript",
		version: "deno-2.9",
		heldAfterMs: 100,
		cases: denoCases,
		random: ["console.log(Math.random(), crypto.randomUUID())"],
	},
	{
		language: "ruby",
		version: "3.3",
		heldAfterMs: 80,
		cases: rubyCases,
		random: ["p 'a'.hash, rand", "p Random.new_seed"],
		age: "puts File.read('/proc/uptime').to_f * 100 - File.read('/proc/self/stat').split(') ')[1].split[19].to_i",
	},
	{
		language: "bash",
		version: "5.2",
		heldAfterMs: 20,
		cases: bashCases,
		random: ["echo $RANDOM $RANDOM $SRANDOM"],
		age: "read up _ </proc/uptime; read -ra s </proc/$$/stat; echo $((10#${up/./} - s[21]))",
	},
];

const catalogue = await readCatalogue(fileURLToPath(new URL("..", import.meta.url)));
let images: ImageReferences;
before(async () => {
	const progress = (line: string) => void process.stderr.write(`${line}\n`);
	const languages = [...new Set(subjects.map((it) => it.language))];
	images = await ensureImages({ docker: engine, instance: "sandglass-language-test", progress, languages });
});

function told({ outcome, stdout, stderr }: Ending) {
	return { outcome, stdout, stderr };
}

/** Two at a time, as there are usually cores: each has a sandbox of its own, and mostly waits. */
describe("a program whose interpreter waited", { concurrency: 2 }, () => {
	for (const subject of subjects) {
		const toolchain: Toolchain =
			catalogue.find(subject.language, subject.version) ?? assert.fail(`no ${subject.language} ${subject.version} in the catalogue`);
		const entry = toolchain.language.fileName;
		describe(`${toolchain.language.name} ${subject.version}, waiting or not`, { concurrency: 1 }, () => {
			let sandbox: ContractSandbox;
			before(async () => {
				sandbox = await ContractSandbox.start(toolchain, images[toolchain.key] ?? assert.fail(`no image of ${toolchain.key}`));
			});
			after(() => sandbox.destroy());

			async function run(one: Case, mode: "pty" | "pipes", heldAfterMs: number | null): Promise<Ending> {
				const program = { entry, mode, arguments: one.arguments, files: [{ name: entry, content: one.content }, ...(one.beside ?? [])] };
				const dialogue = one.dialogue;
				if (heldAfterMs !== null) {
					sandbox.prespawn({ ...program, dialogue });
					await delay(heldAfterMs);
				}
				return sandbox.run({ ...program, dialogue });
			}

			test("control: one that waited is older than its run, and has used less of a processor in it", async () => {
				const one = { name: "age", content: subject.age ?? "console.log(1)" };
				const fresh = await run(one, "pipes", null);
				const waited = await run(one, "pipes", 1_000);
				if (subject.age !== undefined) {
					assert.ok(Number(waited.stdout) >= 90, `lived for ${waited.stdout.trim()} hundredths of a second${waited.stderr}`);
					assert.ok(Number(fresh.stdout) < Number(waited.stdout), fresh.stdout);
				}
				assert.ok((waited.cpuMs ?? 0) < (fresh.cpuMs ?? 0), `${waited.cpuMs} ms of ${fresh.cpuMs} ms`);
			});

			test("what is to differ from run to run does", async () => {
				for (const content of subject.random) {
					const seen = new Set<string>();
					for (let round = 0; round < 5; round++) seen.add((await run({ name: "random", content }, "pipes", subject.heldAfterMs)).stdout);
					assert.equal(seen.size, 5, [...seen].join(""));
				}
			});

			for (const one of subject.cases)
				test(one.name, async () => {
					for (const mode of one.modes ?? (["pipes", "pty"] as const)) {
						const fresh = told(await run(one, mode, null));
						assert.deepEqual(told(await run(one, mode, one.heldAfterMs ?? subject.heldAfterMs)), fresh, mode);
					}
				});

			test("one that is let go in the midst of its start does the same", async () => {
				const content = subject.cases.find((it) => it.name === "its environment")?.content ?? subject.cases[1]?.content ?? "";
				const fresh = told(await run({ name: "early", content }, "pty", null));
				for (let afterMs = 0; afterMs < 20; afterMs += 2)
					assert.deepEqual(told(await run({ name: "early", content }, "pty", afterMs)), fresh, `after ${afterMs} ms`);
			});
		});
	}
});
