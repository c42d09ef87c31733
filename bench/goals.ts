/** What Sandglass means to be: for each figure what must hold on a machine of two cores, and what is aimed at. One table, told at the top of every result. */

export interface Goal {
	readonly id: string;
	readonly name: string;
	readonly unit: "×" | "ms" | "MB" | "KB" | "sessions";
	readonly bound: "at most" | "at least";
	readonly must: number;
	/** null: there is no more to wish for. */
	readonly aim: number | null;
}

export const goals = [
	{ id: "python-warm", name: "Run → first byte, Python, container, warm, over native", unit: "×", bound: "at most", must: 1, aim: 0.5 },
	{ id: "gvisor-warm", name: "the same, gVisor", unit: "×", bound: "at most", must: 1.5, aim: 1 },
	{ id: "cold", name: "Run → first byte, Python, container, no warm sandbox", unit: "ms", bound: "at most", must: 60, aim: 40 },
	{ id: "cold-docker-run", name: "the same, over `docker run`", unit: "×", bound: "at most", must: 0.25, aim: null },
	{
		id: "one-shot-rate",
		name: "one-shot runs a second, Python, container, 8 clients, over `docker run`",
		unit: "×",
		bound: "at least",
		must: 8,
		aim: 12,
	},
	{ id: "compile-c", name: "C, compiled and run, over native", unit: "×", bound: "at most", must: 1.3, aim: 1 },
	{ id: "compile-go", name: "Go, compiled and run, over native", unit: "×", bound: "at most", must: 1.3, aim: 1 },
	{ id: "compile-rust", name: "Rust, compiled and run, over native", unit: "×", bound: "at most", must: 1.3, aim: 1 },
	{ id: "compile-java", name: "Java, compiled and run, over native", unit: "×", bound: "at most", must: 1.3, aim: 1 },
	{
		id: "idle-memory",
		name: "memory of an idle warm sandbox outside its own program, container",
		unit: "MB",
		bound: "at most",
		must: 4,
		aim: 2,
	},
	{
		id: "live-sessions",
		name: "live sessions, 5 % of them typing, p95 echo within 50 ms",
		unit: "sessions",
		bound: "at least",
		must: 500,
		aim: 1_500,
	},
	{ id: "echo-cpu-at-once", name: "CPU of gateway and runner for 1,000 echoed keys", unit: "ms", bound: "at most", must: 150, aim: 60 },
	{ id: "echo-cpu", name: "the same, 4 ms between an echo and the next key", unit: "ms", bound: "at most", must: 150, aim: 60 },
	{ id: "embed-bytes", name: "embed: bytes before a click, gzipped", unit: "KB", bound: "at most", must: 10, aim: null },
	{ id: "embed-click", name: "embed: click → first byte of output, warm", unit: "ms", bound: "at most", must: 400, aim: 200 },
] as const satisfies readonly Goal[];

export type GoalId = (typeof goals)[number]["id"];

export interface GoalReading {
	readonly id: GoalId;
	readonly value: number;
	/** What a reader must know besides, such as why the bench went no further. */
	readonly note?: string;
}

export type Verdict = "aim met" | "met" | "MISSED" | "not measured";

const reaches = ({ bound }: Goal, value: number, wanted: number): boolean => (bound === "at most" ? value <= wanted : value >= wanted);

/** @param value undefined: this run did not measure it. Where there is no aim, who meets the must has met all. */
export function verdictOf(goal: Goal, value: number | undefined): Verdict {
	if (value === undefined) return "not measured";
	if (goal.aim !== null && reaches(goal, value, goal.aim)) return "aim met";
	return reaches(goal, value, goal.must) ? "met" : "MISSED";
}
