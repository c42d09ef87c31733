import { useEffect, useState } from "react";
import type { RunState } from "../session/session-state.ts";

export interface WallClock {
	readonly wallMs: number;
	/** When the step is stopped if nothing more is typed. */
	readonly limitMs: number;
}

const tickMs = 100;

/** Wall time of the running step by this page's clock, against the limit as it is now: each input moves it on. */
export function useWallClock(run: RunState): WallClock | null {
	const [nowMs, setNowMs] = useState(0);
	const isRunning = run.kind === "running";
	useEffect(() => {
		if (!isRunning) return;
		setNowMs(performance.now());
		const timer = setInterval(() => setNowMs(performance.now()), tickMs);
		return () => clearInterval(timer);
	}, [isRunning]);
	if (!isRunning) return null;
	const { startedAtMs, lastInputAtMs, limits } = run.at;
	const limitMs = Math.min(lastInputAtMs - startedAtMs + limits.idleWallMs, limits.totalWallMs);
	return { wallMs: Math.min(Math.max(0, nowMs - startedAtMs), limitMs), limitMs };
}
