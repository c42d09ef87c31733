const steps = [
	{ unit: "day", ms: 86_400_000 },
	{ unit: "hour", ms: 3_600_000 },
	{ unit: "minute", ms: 60_000 },
] as const;

const relative = new Intl.RelativeTimeFormat("en", { numeric: "always" });

/** "3 minutes ago"; a clock that is ahead of ours makes nothing lie in the future. */
export function formatAgo(atMs: number, nowMs: number): string {
	const ageMs = Math.max(0, nowMs - atMs);
	const step = steps.find(({ ms }) => ageMs >= ms);
	return step === undefined ? "less than a minute ago" : relative.format(-Math.floor(ageMs / step.ms), step.unit);
}
