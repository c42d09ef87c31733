import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type ApiRunRequest, ApiRunResult, runPath } from "../../protocol/api.ts";
import { type Bench, type Findings, pythonOf } from "../bench.ts";
import { interleave, type Side } from "../interleave.ts";

/** `sandglass check` of a document full of programs, beside the same runs asked for as fast as the server gives them. */

const jobs = 4;
const command = fileURLToPath(new URL("../../cli/sandglass.mjs", import.meta.url));
const names = { check: "sandglass check", runs: "the same runs, by HTTP alone" } as const;

export async function measureCheck(bench: Bench): Promise<Findings> {
	const { warm, isQuick } = bench;
	const { language, version } = pythonOf(bench);
	const blocks = isQuick ? 20 : 100;
	const codes = Array.from({ length: blocks }, (_, n) => `print(${n})\n`);
	const dir = mkdtempSync(join(tmpdir(), "sandglass-bench-"));
	try {
		const document = join(dir, "guide.md");
		writeFileSync(document, codes.map((code, n) => `\`\`\`python sandglass\n${code}\`\`\`\n\n\`\`\`output\n${n}\n\`\`\`\n`).join("\n"));
		const sides: Side[] = [
			{ name: names.check, take: () => time(warm.untilIdle, () => runCheck(dir, warm.process.url)) },
			{ name: names.runs, take: () => time(warm.untilIdle, () => runAll(warm.process.url, language.id, version.version, codes)) },
		];
		const summaries = await interleave(sides, { rounds: isQuick ? 1 : 3, takesPerRound: 1, warmUpTakes: 0, pauseMs: 10 });
		const rows = sides.flatMap(({ name }, at) => {
			const summary = summaries[at];
			return summary === undefined ? [] : [{ name, unit: "ms" as const, summary, ...(name === names.check ? { rival: names.runs } : {}) }];
		});
		return {
			sections: [
				{
					title: `A document of ${blocks} programs, checked`,
					note: `${blocks} different Python programs, ${jobs} at a time, each in a sandbox of its own: what the engine makes in a second is the bound. The command's own start and its reading of the document are in it.`,
					rows,
				},
			],
			targets: [],
		};
	} finally {
		rmSync(dir, { recursive: true, force: true });
	}
}

/** From a full pool. */
async function time(untilIdle: () => Promise<void>, act: () => Promise<void>): Promise<number> {
	await untilIdle();
	const startedAt = performance.now();
	await act();
	return performance.now() - startedAt;
}

async function runCheck(dir: string, url: string): Promise<void> {
	const child = spawn(process.execPath, [command, "check", "guide.md", "--server", url, `--jobs=${jobs}`, "--reporter=text"], {
		cwd: dir,
		stdio: ["ignore", "pipe", "inherit"],
	});
	let printed = "";
	child.stdout.on("data", (chunk: Buffer) => {
		printed += chunk.toString();
	});
	const [status] = await once(child, "close");
	if (status !== 0) throw new Error(`sandglass check ended with ${status}:\n${printed.slice(-2_000)}`);
}

async function runAll(url: string, language: string, version: string, codes: readonly string[]): Promise<void> {
	const waiting = [...codes];
	const work = async (): Promise<void> => {
		for (let code = waiting.shift(); code !== undefined; code = waiting.shift()) {
			const request: ApiRunRequest = {
				language,
				version,
				files: [{ name: "main.py", content: code }],
				arguments: [],
				stdin: "",
				limits: {},
			};
			const response = await fetch(new URL(runPath, url), {
				method: "POST",
				headers: { "Content-Type": "application/json" },
				body: JSON.stringify(request),
			});
			const { outcome } = ApiRunResult.parse(await response.json());
			if (outcome.kind !== "exited") throw new Error(`a run ended as ${outcome.kind}`);
		}
	};
	await Promise.all(Array.from({ length: jobs }, work));
}
