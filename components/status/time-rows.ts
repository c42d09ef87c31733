import { type RunTiming, type StageName, stagesOf } from "../../protocol/run-timing.ts";

/** One stage of a run as the page shows it. Shares are of the whole time, 0 to 1. */
export interface TimeRow {
	readonly name: string;
	/** What happened in it. */
	readonly sentence: string;
	readonly duration: string;
	readonly startShare: number;
	readonly share: number;
}

const words: Readonly<Record<StageName, readonly [name: string, sentence: string]>> = {
	queue: ["Queue", "waiting for a free place"],
	claim: ["Claim", "getting a clean sandbox"],
	compile: ["Compile", "making a program of it"],
	start: ["Start", "until its first output"],
	run: ["Run", "from there to its end"],
};

/** "0.4 ms", "43 ms", "1.25 s": three figures at most, for stages of the same run lie far apart. */
export function formatStage(ms: number): string {
	if (ms < 9.95) return `${ms.toFixed(1)} ms`;
	if (ms < 999.5) return `${Math.round(ms)} ms`;
	const seconds = ms / 1_000;
	return `${seconds.toFixed(seconds < 9.995 ? 2 : seconds < 99.95 ? 1 : 0)} s`;
}

export function timeRows(timing: RunTiming): { readonly rows: readonly TimeRow[]; readonly total: string } {
	const stages = stagesOf(timing);
	const totalMs = stages.reduce((sum, { ms }) => sum + ms, 0);
	let beforeMs = 0;
	const rows = stages.map(({ stage, ms }) => {
		const [name, sentence] = words[stage];
		const isSilent = stage === "run" && timing.startMs === null;
		const row = {
			name,
			sentence: isSilent ? "it printed nothing" : sentence,
			duration: formatStage(ms),
			startShare: totalMs === 0 ? 0 : beforeMs / totalMs,
			share: totalMs === 0 ? 0 : ms / totalMs,
		};
		beforeMs += ms;
		return row;
	});
	return { rows, total: formatStage(totalMs) };
}
