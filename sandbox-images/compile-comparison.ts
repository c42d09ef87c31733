import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { readCatalogue, type Toolchain } from "../server/languages/catalogue.ts";
import { ensureImages } from "../setup/images.ts";
import { ContractSandbox, type Ending, engine, type Program } from "./contract-sandbox.ts";

/**
 * A language whose compile command is quicker than what a person would type must not be told apart from it: the same programs, in the same
 * sandbox, by both commands; outcome, every word of the compiler and every word of the program are compared.
 */

export interface ComparedProgram {
	readonly title: string;
	/** The first is the entry. */
	readonly files: Program["files"];
	/** What both must say, so that a program which tests nothing is found out. */
	readonly says: RegExp;
	/** Default: it compiles and ends with 0. */
	readonly ends?: "compileFailed" | "signalled" | "exitedOtherwise";
}

export interface Comparison {
	readonly id: string;
	/** The command to compare with, as in language.json; it makes `a.out` too. */
	readonly plainCompile: readonly string[];
	readonly programs: readonly ComparedProgram[];
	/** Further tests in the same sandbox. */
	readonly more?: (run: (files: Program["files"], compile?: readonly string[]) => Promise<Ending>, quickCompile: readonly string[]) => void;
}

const catalogue = await readCatalogue(fileURLToPath(new URL(".", import.meta.url)));

/** Names that a compiler draws anew for each run. */
const withoutTemporaryNames = (text: string): string => text.replace(/\/tmp\/(cc|go-build)\w+/g, "/tmp/$1…");

export function compareCompilers({ id, plainCompile, programs, more }: Comparison): void {
	const toolchain: Toolchain = catalogue.find(id) ?? assert.fail(`no language ${id}`);
	describe(`${toolchain.language.name}: the compile command beside the plain one`, () => {
		let sandbox: ContractSandbox;
		const run = (files: Program["files"], compile: readonly string[] | undefined = toolchain.compile) =>
			sandbox.run({ files, entry: files[0]?.name ?? "", mode: "pipes" }, { ...toolchain, compile });
		before(async () => {
			const progress = (line: string) => void process.stderr.write(`${line}\n`);
			const images = await ensureImages({ docker: engine, instance: "sandglass-language-test", progress, languages: [id] });
			sandbox = await ContractSandbox.start(toolchain, images[toolchain.key] ?? assert.fail("no image"));
		});
		after(() => sandbox.destroy());

		for (const { title, files, says, ends } of programs) {
			test(title, async () => {
				const [quick, plain] = [await run(files), await run(files, plainCompile)].map(({ outcome, stdout, stderr }) => ({
					outcome,
					stdout: withoutTemporaryNames(stdout),
					stderr: withoutTemporaryNames(stderr),
				}));
				assert.deepEqual(quick, plain);
				assert.match(`${plain?.stdout}${plain?.stderr}`, says);
				const outcome = plain?.outcome;
				const isGood = outcome?.kind === "exited" && outcome.code === 0;
				if (ends === undefined) assert.ok(isGood, plain?.stderr);
				else if (ends === "exitedOtherwise") assert.ok(outcome?.kind === "exited" && !isGood, JSON.stringify(outcome));
				else assert.equal(outcome?.kind, ends);
			});
		}
		more?.(run, toolchain.compile ?? assert.fail("nothing is compiled"));
	});
}
