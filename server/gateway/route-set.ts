import type { IncomingMessage, ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import type { Logger } from "pino";
import type { AttackPrograms } from "../../protocol/attack-programs.ts";
import type { PostureDocument } from "../../protocol/posture.ts";
import type { Config } from "../config.ts";
import type { LanguageCatalogue } from "../languages/catalogue.ts";
import type { RunnerStatus } from "../runner/door-protocol.ts";
import type { SnippetStore } from "../store/snippet-store.ts";
import type { Bodies } from "./api/bodies.ts";
import type { Callers } from "./api/callers.ts";
import type { Problem } from "./api/problem.ts";
import type { LiveRuns } from "./live-run/live-runs.ts";
import type { Consumer } from "./quotas.ts";

/** What the gateway answers by itself, in parts: each a set of paths with one owner. http-routes.ts lists them. */

export interface RouteSet {
	/** Its paths: this one and all below it. The longest that fits answers. */
	readonly prefix: string;
	/** Answers, now or later. A rejection is told as `internal`. Pages of foreign origins were refused already, unless it only reads (GET, HEAD). */
	handle(request: IncomingMessage, response: ServerResponse, path: string): void | Promise<void>;
	/** Absent: an upgrade is refused. */
	handleUpgrade?(request: IncomingMessage, socket: Duplex, head: Buffer, path: string): void;
	/** For interfaces that have a form of their own for what goes wrong. Absent: problem+json. */
	sendProblem?(response: ServerResponse, problem: Problem): void;
	/** The gateway is closing. */
	close?(): void;
}

/** What routes may use of the gateway. */
export interface GatewayWorld {
	readonly config: Config;
	readonly catalogue: LanguageCatalogue;
	readonly build: string;
	readonly runnerStatus: () => RunnerStatus | null;
	/** The newest reports of the runner. */
	readonly posture: () => PostureDocument;
	readonly attackPrograms: AttackPrograms;
	readonly gatewayState: () => GatewayState;
	readonly liveRuns: LiveRuns;
	/** Who sent a request, by its key or its address. */
	readonly callers: Callers;
	/** Reads what is posted, under caps. */
	readonly bodies: Bodies;
	/** An answer that nobody reads for this long is given up. */
	readonly stallMs: number;
	/** null: this gateway keeps none. */
	readonly snippets: SnippetStore | null;
	/** The reader whose page sent it, for what its quota is; null: no page of ours did. */
	readonly readerOf: (request: IncomingMessage) => Consumer | null;
	readonly log: Logger;
	/** Milliseconds of a clock that never goes back. */
	readonly now: () => number;
}

export interface GatewayState {
	/** WebSockets of pages. */
	readonly connections: number;
	/** Pages' sessions, and runs that callers over HTTP hold. */
	readonly sessions: number;
	readonly waiting: number;
	readonly slotsInUse: number;
}
