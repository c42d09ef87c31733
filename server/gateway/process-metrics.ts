import { Counter, Gauge, type Registry } from "prom-client";
import type { ProcessFigures } from "../process-figures.ts";

/** How the two processes fare, side by side. The runner has no port: its figures come over its door. */
export function addProcessGauges(registry: Registry, read: () => Readonly<Record<"gateway" | "runner", ProcessFigures | null>>): void {
	const registers = [registry];
	/** One reading for all gauges of one answer: the delays are of the time since the last. */
	let reading = read();
	const each = (use: (process: string, figures: ProcessFigures) => void): void => {
		for (const [process, figures] of Object.entries(reading)) if (figures !== null) use(process, figures);
	};
	new Gauge({
		name: "sandglass_event_loop_delay_seconds",
		help: "How much later than planned the event loop comes to a timer: half of the times (0.5), 99 of 100 (0.99), the worst (1), since it was last looked at.",
		labelNames: ["process", "quantile"],
		registers,
		collect() {
			reading = read();
			this.reset();
			each((process, { eventLoopDelayMs: { p50, p99, max } }) => {
				for (const [quantile, ms] of [
					["0.5", p50],
					["0.99", p99],
					["1", max],
				] as const)
					this.set({ process, quantile }, ms / 1_000);
			});
		},
	});
	const simple = (name: string, help: string, pick: (figures: ProcessFigures) => number): void => {
		new Gauge({
			name,
			help,
			labelNames: ["process"],
			registers,
			collect() {
				this.reset();
				each((process, figures) => this.set({ process }, pick(figures)));
			},
		});
	};
	new Counter({
		name: "sandglass_process_cpu_seconds_total",
		help: "Processor time since the process started.",
		labelNames: ["process"],
		registers,
		collect() {
			this.reset();
			each((process, { cpuSeconds }) => this.inc({ process }, cpuSeconds));
		},
	});
	simple("sandglass_process_resident_bytes", "Memory that the process holds.", ({ residentBytes }) => residentBytes);
	simple("sandglass_process_heap_bytes", "JavaScript objects of the process.", ({ heapBytes }) => heapBytes);
	simple(
		"sandglass_process_external_bytes",
		"Memory of the process outside of its heap: buffers, mostly.",
		({ externalBytes }) => externalBytes,
	);
}
