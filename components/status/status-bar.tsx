import { lazy, type ReactNode, Suspense } from "react";
import { formatBytes } from "../../protocol/outcome.ts";
import { TierId, tierTable } from "../../protocol/tiers.ts";
import type { RunState, SessionState } from "../session/session-state.ts";
import styles from "./status-bar.module.css";
import { describeStatus, formatWall, type StatusLine } from "./status-line.ts";
import { useWallClock } from "./use-wall-clock.ts";

/** There is nothing to tell before a run has ended, and the editor comes first. Where it cannot be had any more, the time alone is shown. */
const TimeSpent = lazy(() =>
	import("./time-spent.tsx").then(
		(it) => ({ default: it.TimeSpent }),
		() => ({ default: ({ time }: { readonly time: string }) => <>{time}</> }),
	),
);

interface Usage {
	readonly wallMs: number;
	readonly wallLimitMs: number | null;
	readonly cpuMs: number;
	readonly memoryBytes: number;
	readonly memoryLimitBytes: number | null;
}

function endedUsage(run: RunState): Usage | null {
	if (run.kind !== "ended") return null;
	const report = run.program ?? run.compile;
	if (report === null) return null;
	return {
		wallMs: report.wallMs,
		wallLimitMs: null,
		cpuMs: report.cpuMs,
		memoryBytes: report.peakMemoryBytes,
		memoryLimitBytes: run.at?.limits.memoryBytes ?? null,
	};
}

function useUsage(run: RunState): Usage | null {
	const clock = useWallClock(run);
	if (run.kind !== "running" || clock === null) return endedUsage(run);
	const { usage, limits } = run.at;
	return {
		wallMs: clock.wallMs,
		wallLimitMs: clock.limitMs,
		cpuMs: usage.cpuMs,
		memoryBytes: usage.memoryBytes,
		memoryLimitBytes: limits.memoryBytes,
	};
}

function exitCode(run: RunState): number | null {
	if (run.kind !== "ended") return null;
	if (run.outcome.kind === "exited" || run.outcome.kind === "compileFailed") return run.outcome.code;
	return run.program?.exitCode ?? null;
}

interface StatusBarProps {
	readonly state: SessionState;
	/** Said instead of the session's own line, e.g. that the files are too large. */
	readonly override: StatusLine | null;
}

/** State and exit are announced; the figures tick on silently beside them. */
export function StatusBar({ state, override }: StatusBarProps) {
	const { run } = state;
	const { tone, sentence } = override ?? describeStatus(state);
	const usage = useUsage(run);
	const code = exitCode(run);
	const tier = run.kind === "running" || run.kind === "ended" ? run.at?.tier : undefined;
	const timing = run.kind === "ended" ? run.timing : undefined;
	const wallLimit = usage === null || usage.wallLimitMs === null ? "" : ` / ${formatWall(usage.wallLimitMs)}`;
	const memoryLimit = usage === null || usage.memoryLimitBytes === null ? "" : ` / ${formatBytes(usage.memoryLimitBytes)}`;
	return (
		<div className={styles.bar} role="status" aria-label="Program status" aria-atomic="false" data-tone={tone}>
			<p className={styles.sentence}>
				<span className={styles.mark} aria-hidden />
				{tone === "us" && <span className={styles.origin}>Server</span>}
				{tone === "program" && <span className={styles.origin}>Your program</span>}
				<span>{sentence}</span>
			</p>
			<dl className={styles.figures} aria-live="off">
				{code !== null && <Figure name="Exit code" value={String(code)} />}
				{usage !== null && (
					<>
						<Figure
							name="Time"
							value={
								timing === undefined ? (
									`${formatWall(usage.wallMs)}${wallLimit}`
								) : (
									<Suspense fallback={formatWall(usage.wallMs)}>
										<TimeSpent timing={timing} time={formatWall(usage.wallMs)} />
									</Suspense>
								)
							}
							share={ratio(usage.wallMs, usage.wallLimitMs)}
						/>
						<Figure name="CPU" value={formatWall(usage.cpuMs)} />
						<Figure
							name="Memory"
							value={`${formatBytes(usage.memoryBytes)}${memoryLimit}`}
							share={ratio(usage.memoryBytes, usage.memoryLimitBytes)}
						/>
					</>
				)}
				{tier !== undefined && (
					<Figure
						name="Isolation"
						value={
							// A tab of its own: this one may have a program running.
							<a className={styles.lab} href="/lab" target="_blank" rel="noopener" title="What it withstood: the lab, in a new tab">
								{tierName(tier)}
							</a>
						}
					/>
				)}
			</dl>
		</div>
	);
}

function tierName(tier: string): string {
	const known = TierId.safeParse(tier);
	return known.success ? tierTable[known.data].name : tier;
}

function ratio(value: number, limit: number | null): number | undefined {
	return limit === null || limit <= 0 ? undefined : Math.min(1, value / limit);
}

/** `share` of its limit, 0 to 1, is drawn below it; absent: there is none. */
function Figure({ name, value, share }: { name: string; value: ReactNode; share?: number | undefined }) {
	return (
		<div className={styles.figure}>
			<dt>{name}</dt>
			<dd>{value}</dd>
			{share !== undefined && (
				<span className={styles.gauge} aria-hidden>
					<span className={styles.level} data-high={share > 0.8} style={{ width: `${share * 100}%` }} />
				</span>
			)}
		</div>
	);
}
