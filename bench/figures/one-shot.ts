import { setTimeout as pause } from "node:timers/promises";
import { z } from "zod";
import { ApiRunResult, runPath } from "../../protocol/api.ts";
import { sandboxLimits } from "../../server/runner/limits.ts";
import { type Bench, type Findings, imageOf, pythonOf } from "../bench.ts";
import { interleave, type Side } from "../interleave.ts";
import { NativeSide } from "../native/native-side.ts";
import { benchProgram, nativeProgram } from "../programs.ts";
import type { Row } from "../results.ts";

/** A whole run over plain HTTP: request, fresh warm sandbox, program, its end, and the answer read to its last byte. */

const pistonPath = "/api/v2/execute";
const PistonAnswer = z.object({ run: z.object({ stdout: z.string(), code: z.int().nullable() }) });

const names = {
	native: "native, pipe, to the first byte",
	v1: "POST /api/v1/run, to the whole answer",
	v2: "POST /api/v2/execute, to the whole answer",
} as const;

/** What Node's own client, with its connection kept, takes to read the answer. */
async function timePost(url: string, body: string): Promise<{ readonly tookMs: number; readonly answer: unknown }> {
	const startedAt = performance.now();
	const response = await fetch(url, { method: "POST", headers: { "Content-Type": "application/json" }, body });
	const text = await response.text();
	const tookMs = performance.now() - startedAt;
	if (!response.ok) throw new Error(`${url} answered ${response.status}: ${text.slice(0, 300)}`);
	return { tookMs, answer: JSON.parse(text) };
}

export async function measureOneShot(bench: Bench): Promise<Findings> {
	const { warm, config, docker } = bench;
	const toolchain = pythonOf(bench);
	const program = benchProgram(config, toolchain, "pipes");
	const { version } = toolchain.version;
	const { url } = warm.process;
	const files = [{ name: program.fileName, content: program.content }];
	const v1 = JSON.stringify({ language: "python", version, tier: "container", files });
	const v2 = JSON.stringify({ language: "python", version, files });
	/** Until a sandbox is warm again and the last one is gone: this is about a request that finds one. */
	const thenQuiet = async (take: () => Promise<number>): Promise<number> => {
		const tookMs = await take();
		await warm.untilIdle();
		return tookMs;
	};
	const { workspaceBytes } = sandboxLimits(config, toolchain.limits);
	const image = imageOf(bench, toolchain);
	const native = await NativeSide.open({ docker, image, environment: program.plan.environment, workspaceBytes });
	try {
		await warm.untilIdle();
		await pause(100);
		const sides: Side[] = [
			{ name: names.native, take: () => native.measure(nativeProgram(program), "pipes") },
			{
				name: names.v1,
				take: () =>
					thenQuiet(async () => {
						const { tookMs, answer } = await timePost(url + runPath, v1);
						if (ApiRunResult.parse(answer).program?.stdout !== "hello\n") throw new Error("the program did not say hello");
						return tookMs;
					}),
			},
			{
				name: names.v2,
				take: () =>
					thenQuiet(async () => {
						const { tookMs, answer } = await timePost(url + pistonPath, v2);
						if (PistonAnswer.parse(answer).run.stdout !== "hello\n") throw new Error("the program did not say hello");
						return tookMs;
					}),
			},
		];
		const effort = bench.isQuick
			? { rounds: 2, takesPerRound: 5, warmUpTakes: 2, pauseMs: 10 }
			: { rounds: 6, takesPerRound: 15, warmUpTakes: 5, pauseMs: 10 };
		const [nativeSummary, v1Summary, v2Summary] = await interleave(sides, effort);
		if (nativeSummary === undefined || v1Summary === undefined || v2Summary === undefined) throw new Error("a side was not measured");
		const rows: Row[] = [
			{ name: names.native, unit: "ms", summary: nativeSummary },
			{ name: names.v1, unit: "ms", summary: v1Summary, rival: names.native },
			{ name: names.v2, unit: "ms", summary: v2Summary, rival: names.native },
		];
		const over = (name: string, median: number) => ({
			name: `${name}, Python, warm, p50 over native`,
			value: median - nativeSummary.median,
			atMost: 15,
			unit: "ms" as const,
		});
		return {
			sections: [
				{
					title: `One run over HTTP, Python ${version}, warm`,
					note: '`print("hello")` in a fresh sandbox, from sending the request on a kept connection until the whole answer is read, the program\'s end included; native is the spawn to the first byte, without its end.',
					rows,
				},
			],
			targets: [over("POST /api/v2/execute", v2Summary.median), over("POST /api/v1/run", v1Summary.median)],
		};
	} finally {
		await native.close();
	}
}
