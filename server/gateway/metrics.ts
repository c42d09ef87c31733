import type { IncomingMessage, ServerResponse } from "node:http";
import { collectDefaultMetrics, Gauge, type Registry } from "prom-client";
import { TierState } from "../../protocol/tiers.ts";
import type { ProcessFigures } from "../process-figures.ts";
import type { RunnerStatus } from "../runner/door-protocol.ts";
import type { TrustedProxies } from "./address.ts";
import { addProcessGauges } from "./process-metrics.ts";

/**
 * `GET /metrics`, in Prometheus' text form: how the tiers stand, what is in use, how the processes fare. For the operator alone: answered to
 * the addresses of the setting, and to nobody who comes through a proxy that is not configured.
 */

export const metricsPath = "/metrics";

const defaultPrefix = "sandglass_gateway_";

export interface MetricsOptions {
	/** What others count into. */
	readonly registry: Registry;
	/** Addresses and CIDR ranges that may read. */
	readonly readers: Pick<TrustedProxies, "includes">;
	readonly proxies: Pick<TrustedProxies, "clientAddress" | "includes">;
	readonly runnerStatus: () => RunnerStatus | null;
	readonly processFigures: () => Readonly<Record<"gateway" | "runner", ProcessFigures | null>>;
	readonly gatewayState: () => {
		readonly connections: number;
		readonly sessions: number;
		readonly waiting: number;
		readonly slotsInUse: number;
	};
}

/** True: it was for us and is, or will be, answered. */
export function createMetrics(options: MetricsOptions): (request: IncomingMessage, response: ServerResponse) => boolean {
	const { registry } = options;
	collectDefaultMetrics({ register: registry, prefix: defaultPrefix, eventLoopMonitoringPrecision: 60_000 });
	// Ours, of both processes, take their place.
	for (const { name } of registry.getMetricsAsArray()) {
		if (name.startsWith(`${defaultPrefix}nodejs_eventloop_lag`)) registry.removeSingleMetric(name);
	}
	addProcessGauges(registry, options.processFigures);
	addGauges(registry, options);
	return (request, response) => {
		if ((request.url ?? "/").split("?", 1)[0] !== metricsPath || !mayRead(request, options)) return false;
		void answer(registry, response);
		return true;
	};
}

/** A forwarded request from an unknown proxy bears that proxy's address, often a loopback one, and not its sender's. */
function mayRead(request: IncomingMessage, { readers, proxies }: MetricsOptions): boolean {
	const isForwarded = request.headers["x-forwarded-for"] !== undefined || request.headers.forwarded !== undefined;
	const address = proxies.clientAddress(request);
	const isFromProxy = proxies.includes(request.socket.remoteAddress ?? "");
	return readers.includes(address) && (!isForwarded || isFromProxy);
}

async function answer(registry: Registry, response: ServerResponse): Promise<void> {
	try {
		const text = await registry.metrics();
		response.writeHead(200, { "Content-Type": registry.contentType, "Cache-Control": "no-store" }).end(text);
	} catch {
		response.writeHead(500).end();
	}
}

function addGauges(registry: Registry, { runnerStatus, gatewayState }: MetricsOptions): void {
	const registers = [registry];
	new Gauge({
		name: "sandglass_tier_state",
		help: "1 for the state that an isolation is in, 0 for the others.",
		labelNames: ["tier", "state"],
		registers,
		collect() {
			this.reset();
			for (const { tier, state } of runnerStatus()?.tiers ?? []) {
				for (const candidate of TierState.options) this.set({ tier, state: candidate }, candidate === state ? 1 : 0);
			}
		},
	});
	new Gauge({
		name: "sandglass_tier_checked_timestamp_seconds",
		help: "When an isolation was last attacked.",
		labelNames: ["tier"],
		registers,
		collect() {
			this.reset();
			for (const { tier, checkedAtMs } of runnerStatus()?.tiers ?? []) if (checkedAtMs !== null) this.set({ tier }, checkedAtMs / 1_000);
		},
	});
	new Gauge({
		name: "sandglass_sandboxes_idle",
		help: "Warm sandboxes.",
		labelNames: ["language", "version", "tier"],
		registers,
		collect() {
			this.reset();
			for (const { language, version, tier, idle } of runnerStatus()?.languages ?? []) this.set({ language, version, tier }, idle);
		},
	});
	new Gauge({
		name: "sandglass_sandboxes_starting",
		help: "Sandboxes that are being made.",
		labelNames: ["language", "version", "tier"],
		registers,
		collect() {
			this.reset();
			for (const { language, version, tier, starting } of runnerStatus()?.languages ?? []) this.set({ language, version, tier }, starting);
		},
	});
	const simple = (name: string, help: string, read: () => number): void => {
		new Gauge({
			name,
			help,
			registers,
			collect() {
				this.set(read());
			},
		});
	};
	simple("sandglass_runner_up", "1 while the runner answers.", () => (runnerStatus() === null ? 0 : 1));
	simple("sandglass_engine_up", "1 while the engine answers the runner.", () => (runnerStatus()?.engine === "up" ? 1 : 0));
	simple("sandglass_leases", "Sandboxes that serve sessions.", () => runnerStatus()?.leases ?? 0);
	simple("sandglass_capacity", "Sandboxes that may serve sessions, by what the machine has left.", () => runnerStatus()?.capacity ?? 0);
	simple("sandglass_leases_limit", "How many may at the same time.", () => runnerStatus()?.maxLeases ?? 0);
	simple("sandglass_connections", "WebSockets that are open.", () => gatewayState().connections);
	simple("sandglass_sessions", "Sessions, those between two connections included.", () => gatewayState().sessions);
	simple("sandglass_queue_waiting", "Runs that wait for a sandbox.", () => gatewayState().waiting);
}
