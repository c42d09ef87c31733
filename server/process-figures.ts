import { monitorEventLoopDelay } from "node:perf_hooks";
import { z } from "zod";

/** How one of our processes fares: the gateway reads its own, the runner's come over its door. */

const Figure = z.number().nonnegative();

export const ProcessFigures = z.strictObject({
	/** How much later than planned the event loop came to a timer, since the last reading: half of the times, 99 of 100, the worst. */
	eventLoopDelayMs: z.strictObject({ p50: Figure, p99: Figure, max: Figure }),
	cpuSeconds: Figure,
	residentBytes: Figure,
	heapBytes: Figure,
	/** Buffers, mostly. */
	externalBytes: Figure,
});
export type ProcessFigures = z.infer<typeof ProcessFigures>;

const resolutionMs = 20;

export interface ProcessGauge {
	/** Of this process, since the last call where a figure is of a span of time. */
	read(): ProcessFigures;
	close(): void;
}

export function openProcessGauge(): ProcessGauge {
	const delay = monitorEventLoopDelay({ resolution: resolutionMs });
	delay.enable();
	// What it counts is the whole time between two of its own timers.
	const delayMs = (nanoseconds: number): number => (delay.count === 0 ? 0 : Math.max(0, nanoseconds / 1e6 - resolutionMs));
	return {
		read() {
			const eventLoopDelayMs = { p50: delayMs(delay.percentile(50)), p99: delayMs(delay.percentile(99)), max: delayMs(delay.max) };
			delay.reset();
			const { user, system } = process.cpuUsage();
			const { rss, heapUsed, external } = process.memoryUsage();
			return { eventLoopDelayMs, cpuSeconds: (user + system) / 1e6, residentBytes: rss, heapBytes: heapUsed, externalBytes: external };
		},
		close: () => void delay.disable(),
	};
}
