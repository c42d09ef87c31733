import { useEffect, useState } from "react";
import type { RunState } from "../session/session-state.ts";

/** Whoever pressed nothing after all has his editor then. */
const longestMs = 2_000;

/**
 * True while a frame that was opened for a run has not begun it: its reader waits for the first output, and what he does not need for that, the
 * editor first of all, would stand in its way. It does not become true again.
 */
export function useHoldUntilRun(isRunNear: boolean, run: RunState): boolean {
	const [isHeld, setIsHeld] = useState(isRunNear);
	const hasBegun = run.kind === "running" || run.kind === "ended" || run.kind === "refused";
	useEffect(() => {
		if (hasBegun) setIsHeld(false);
	}, [hasBegun]);
	useEffect(() => {
		const timer = setTimeout(() => setIsHeld(false), longestMs);
		return () => clearTimeout(timer);
	}, []);
	return isHeld && !hasBegun;
}
