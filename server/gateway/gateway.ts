import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Duplex } from "node:stream";
import type { Logger } from "pino";
import { Registry } from "prom-client";
import type { AttackPrograms } from "../../protocol/attack-programs.ts";
import { embedSocketPath } from "../../protocol/embed.ts";
import { socketPath } from "../../protocol/messages.ts";
import { openHostsHeader } from "../../protocol/open-hosts.ts";
import type { ApiKey } from "../api-keys/schema.ts";
import type { Config } from "../config.ts";
import type { LanguageCatalogue } from "../languages/catalogue.ts";
import { openProcessGauge } from "../process-figures.ts";
import { watchRunner } from "../runner/client.ts";
import type { RunnerStatus } from "../runner/door-protocol.ts";
import type { SnippetStore } from "../store/snippet-store.ts";
import { addressGroup, TrustedProxies } from "./address.ts";
import { Bodies } from "./api/bodies.ts";
import { Callers } from "./api/callers.ts";
import { CrossOrigin } from "./api/cross-origin.ts";
import { KeyRing } from "./api/key-ring.ts";
import { Embeds } from "./embed/embeds.ts";
import { createRouter } from "./http-routes.ts";
import { IdleLeases } from "./idle-leases.ts";
import { LiveRuns } from "./live-run/live-runs.ts";
import { createMetrics } from "./metrics.ts";
import { OriginRules } from "./origin.ts";
import { describePosture } from "./posture-answer.ts";
import { FairQueue } from "./queue.ts";
import { type Consumer, Quotas } from "./quotas.ts";
import { RunFigures } from "./run-figures.ts";
import { setDataHeaders, setSecurityHeaders } from "./security-headers.ts";
import type { SessionWorld } from "./session.ts";
import { SessionHub } from "./session-hub.ts";
import { defaultTimings, type Timings } from "./timings.ts";
import { Visitors } from "./visitor.ts";
import { createSocketEntrance, pageDoor, refuseUpgrade } from "./websocket.ts";

/**
 * The public side: one port for the page, the HTTP interface and the sessions' WebSocket. It reaches the runner by its socket and
 * nothing else; that the runner comes and goes is an error to the reader, never an end of the gateway.
 */

export interface Page {
	handleRequest(request: IncomingMessage, response: ServerResponse): unknown;
	handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): unknown;
}

export interface GatewayOptions {
	readonly config: Config;
	readonly catalogue: LanguageCatalogue;
	/** For the lab's "try it yourself". Absent: none. */
	readonly attackPrograms?: AttackPrograms;
	readonly runnerSocketPath: string;
	/** Signs visitors; the same over restarts, or every reader is a new one. */
	readonly secret: string;
	/** For calls over HTTP. Absent: none. */
	readonly apiKeys?: readonly ApiKey[];
	/** What share links show. Absent: there are none. Closed by its owner, after the gateway. */
	readonly snippets?: SnippetStore;
	readonly build: string;
	readonly page: Page;
	readonly log: Logger;
	readonly timings?: Partial<Timings>;
}

export interface Gateway {
	/** Where it listens, e.g. "http://127.0.0.1:3000". */
	readonly url: string;
	/** The keys that count from now on. */
	replaceApiKeys(keys: readonly ApiKey[]): void;
	/** Tells every page, gives every sandbox back, stops listening. */
	close(): Promise<void>;
}

const maxHeaderBytes = 16_384;
/** Open sockets in all; each costs some kilobytes whoever opened it. */
const maxSockets = 8_192;

/** Rejects when it cannot listen, or when an origin, a site or a proxy in the configuration cannot be read. */
export async function startGateway(options: GatewayOptions): Promise<Gateway> {
	const { config, catalogue, log, page } = options;
	const timings: Timings = { ...defaultTimings, ...options.timings };
	const now = (): number => performance.now();
	const proxies = new TrustedProxies(config.trustedProxies);
	const origins = new OriginRules({ host: config.host, allowedOrigins: config.allowedOrigins, proxies });
	const visitors = new Visitors(options.secret);
	const embeds = new Embeds({ sites: config.embedSites, secret: options.secret });

	const watch = watchRunner({
		socketPath: options.runnerSocketPath,
		onStatus() {
			queue.pump();
			idleLeases.reclaim();
		},
		onDown: (detail) => {
			log.warn({ detail }, "the runner is down");
			hub.runnerDown();
			liveRuns.runnerDown();
		},
	});
	const queue = new FairQueue({
		capacity: () => watch.status?.capacity ?? config.maxLeases,
		length: config.queueLength,
		visitorLength: config.visitorSessions,
		longestWaitMs: config.queueWaitMs,
		onPressure: () => idleLeases.reclaim(),
		now,
	});
	const idleLeases = new IdleLeases({
		graceMs: timings.idleLeaseGraceMs,
		wanted: () => (isRoomWorth(watch.status) ? queue.unserved : 0),
		now,
	});
	const quotas = new Quotas({
		visitor: {
			sandboxes: config.visitorSessions,
			runsPerMinute: config.visitorRunsPerMinute,
			secondsPerHour: config.visitorSecondsPerHour,
		},
		address: {
			sandboxes: config.addressSessions,
			runsPerMinute: config.addressRunsPerMinute,
			secondsPerHour: config.addressSecondsPerHour,
		},
		frame: {
			sandboxes: config.embedVisitorSessions,
			runsPerMinute: config.embedVisitorRunsPerMinute,
			secondsPerHour: config.embedVisitorSecondsPerHour,
		},
		site: {
			sandboxes: config.siteSessions,
			runsPerMinute: config.siteRunsPerMinute,
			secondsPerHour: config.siteSecondsPerHour,
		},
		caller: {
			sandboxes: config.anonymousApiSessions,
			runsPerMinute: config.anonymousApiRunsPerMinute,
			secondsPerHour: config.anonymousApiSecondsPerHour,
		},
		now,
	});
	const registry = new Registry();
	const processGauge = openProcessGauge();
	const world: SessionWorld = {
		catalogue,
		quotas,
		queue,
		idleLeases,
		runnerSocketPath: options.runnerSocketPath,
		runnerStatus: () => watch.status,
		observer: new RunFigures(registry),
		now,
		sessionIdleMs: config.sessionIdleMs,
		turnMs: timings.turnMs,
	};
	const hub = new SessionHub({
		world,
		visitors,
		build: options.build,
		graceMs: config.reconnectGraceMs,
		addressConnections: config.addressConnections,
		log,
	});
	const liveRuns = new LiveRuns({ world, stallMs: timings.stallMs, log });
	const keys = new KeyRing(options.apiKeys);
	const entrance = createSocketEntrance({ hub, proxies, timings, log, now });
	const doors = new Map([
		[socketPath, pageDoor({ visitors, proxies, origins })],
		[embedSocketPath, embeds.door({ visitors, origins })],
	]);
	const gatewayState = () => ({
		connections: hub.connectionCount,
		sessions: hub.sessionCount + liveRuns.count,
		waiting: queue.waiting,
		slotsInUse: queue.slotsInUse,
	});
	const router = createRouter(
		{
			config,
			catalogue,
			build: options.build,
			runnerStatus: () => watch.status,
			posture: () => describePosture({ config, build: options.build, status: watch.status, reports: watch.postures, catalogue }),
			attackPrograms: options.attackPrograms ?? { programs: [] },
			gatewayState,
			liveRuns,
			callers: new Callers({ keys, proxies, anonymous: config.anonymousApi }),
			bodies: new Bodies(),
			stallMs: timings.stallMs,
			snippets: options.snippets ?? null,
			readerOf: (request) => (origins.isOriginAllowed(request) ? readerOf(request, visitors, proxies) : null),
			log,
			now,
		},
		new CrossOrigin(origins, config.apiOrigins),
	);
	const metrics = createMetrics({
		registry,
		processFigures: () => ({ gateway: processGauge.read(), runner: watch.takeFigures() }),
		readers: new TrustedProxies(config.metricsReaders, "SANDGLASS_METRICS_READERS"),
		proxies,
		runnerStatus: () => watch.status,
		gatewayState,
	});

	const server = createServer(
		{
			maxHeaderSize: maxHeaderBytes,
			headersTimeout: timings.headersMs,
			requestTimeout: timings.requestMs,
			connectionsCheckingInterval: Math.min(1_000, timings.headersMs),
		},
		(request, response) => {
			setSecurityHeaders(response);
			if (!origins.isHostAllowed(request)) {
				setDataHeaders(response);
				response.writeHead(421, { "Content-Type": "text/plain; charset=utf-8", Connection: "close" }).end(wrongHost);
				return;
			}
			embeds.prepare(request, response);
			request.headers[openHostsHeader] = config.openHosts.join(" ");
			if (router.handle(request, response) || metrics(request, response)) return;
			void handToPage(page, request, response, log);
		},
	);
	server.maxConnections = maxSockets;
	server.maxRequestsPerSocket = 1_000;
	server.on("upgrade", (request, socket, head) => {
		const door = doors.get((request.url ?? "").split("?", 1)[0] ?? "");
		if (!origins.isHostAllowed(request)) refuseUpgrade(socket, 421, wrongHost);
		else if (door !== undefined) entrance.handleUpgrade(request, socket, head, door);
		else if (!router.handleUpgrade(request, socket, head)) page.handleUpgrade(request, socket, head);
	});

	const beat = setInterval(() => hub.beat(), timings.pingEveryMs);
	const review = setInterval(() => queue.review(), timings.queueReviewMs);
	const release = (): void => {
		clearInterval(beat);
		clearInterval(review);
		processGauge.close();
		watch.close();
		idleLeases.close();
		entrance.close();
		router.close();
	};
	try {
		await listen(server, config);
	} catch (error) {
		release();
		throw error;
	}
	return {
		url: urlOf(server, config.host),
		replaceApiKeys: (given) => keys.replace(given),
		async close() {
			const closed = new Promise<void>((resolve) => server.close(() => resolve()));
			liveRuns.close();
			await hub.close(timings.closeMs);
			release();
			server.closeAllConnections();
			await closed;
		},
	};
}

/** Where the cores are what is short, a sandbox that idles takes nothing away from who waits. */
function isRoomWorth(status: RunnerStatus | null): boolean {
	return status?.bottleneck !== "cpu";
}

/** A page without a cookie shares one visitor's allowance with the others of its address. */
function readerOf(request: IncomingMessage, visitors: Visitors, proxies: TrustedProxies): Consumer {
	const address = addressGroup(proxies.clientAddress(request));
	const visitor = visitors.fromRequest(request, proxies.clientView(request).scheme === "https");
	return { visitor: visitor?.id ?? `page:${address}`, address };
}

const wrongHost = "This server is not known by that name. If it should be, add its origin to SANDGLASS_ORIGINS.";

async function handToPage(page: Page, request: IncomingMessage, response: ServerResponse, log: Logger): Promise<void> {
	try {
		await page.handleRequest(request, response);
	} catch (error) {
		log.error({ err: error, path: request.url }, "the page could not answer");
		if (!response.headersSent) response.writeHead(500, { "Content-Type": "text/plain; charset=utf-8" });
		response.end("Something broke on the server's side.");
	}
}

function listen(server: Server, { host, port }: Config): Promise<void> {
	return new Promise((resolve, reject) => {
		server.once("error", reject);
		server.listen(port, host, () => {
			server.off("error", reject);
			resolve();
		});
	});
}

function urlOf(server: Server, host: string): string {
	const { port } = server.address() as AddressInfo;
	return `http://${host.includes(":") ? `[${host}]` : host}:${port}`;
}
