import { createHash } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { type AttackPrograms, attackProgramsPath } from "../../protocol/attack-programs.ts";
import { cataloguePath } from "../../protocol/catalogue.ts";
import { type PostureDocument, posturePath } from "../../protocol/posture.ts";
import type { Config } from "../config.ts";
import type { LanguageCatalogue } from "../languages/catalogue.ts";
import type { RunnerStatus } from "../runner/door-protocol.ts";
import { describeCatalogue } from "./catalogue-answer.ts";
import { setDataHeaders } from "./security-headers.ts";

/** The gateway's own answers over plain HTTP; everything else is the page's. */

export interface RoutesOptions {
	readonly config: Config;
	readonly catalogue: LanguageCatalogue;
	readonly build: string;
	readonly runnerStatus: () => RunnerStatus | null;
	/** The newest reports of the runner. */
	readonly posture: () => PostureDocument;
	readonly attackPrograms: AttackPrograms;
	readonly gatewayState: () => {
		readonly connections: number;
		readonly sessions: number;
		readonly waiting: number;
		readonly slotsInUse: number;
	};
}

/** True: it was ours and is answered. */
export type Routes = (request: IncomingMessage, response: ServerResponse) => boolean;

export function createRoutes(options: RoutesOptions): Routes {
	const answers = new Map<string, { readonly cacheControl: "no-store" | "no-cache"; readonly describe: () => object }>([
		["/healthz", { cacheControl: "no-store", describe: () => describeHealth(options) }],
		[cataloguePath, { cacheControl: "no-cache", describe: () => describeCatalogue({ ...options, status: options.runnerStatus() }) }],
		[posturePath, { cacheControl: "no-cache", describe: (): PostureDocument => options.posture() }],
		[attackProgramsPath, { cacheControl: "no-cache", describe: (): AttackPrograms => options.attackPrograms }],
	]);
	return (request, response) => {
		const answer = answers.get((request.url ?? "/").split("?", 1)[0] ?? "/");
		if (answer === undefined) return false;
		setDataHeaders(response);
		if (request.method !== "GET" && request.method !== "HEAD") {
			response.setHeader("Allow", "GET, HEAD");
			sendJson(request, response, 405, { message: "Only GET is answered here." });
		} else {
			response.setHeader("Cache-Control", answer.cacheControl);
			sendJson(request, response, 200, answer.describe());
		}
		return true;
	};
}

/** 200 as long as the gateway answers: a restart of it would not bring a runner or an engine back. */
function describeHealth({ build, runnerStatus, gatewayState }: RoutesOptions): object {
	const status = runnerStatus();
	const { connections, sessions, waiting, slotsInUse } = gatewayState();
	const tiers = status?.tiers.filter((it) => it.state !== "disabled") ?? [];
	const isReadyAll =
		status?.engine === "up" &&
		status.languages.every((language) => language.isReady) &&
		tiers.some((it) => it.state === "offered") &&
		!tiers.some((it) => it.state === "failed" || it.state === "checking");
	return {
		status: isReadyAll ? "ok" : "degraded",
		gateway: { build, uptimeSeconds: Math.round(process.uptime()), connections, sessions },
		runner: status === null ? "down" : "up",
		engine: status?.engine ?? "unknown",
		tiers,
		pool: status?.languages ?? [],
		queue: { waiting, inUse: slotsInUse, capacity: status?.maxLeases ?? 0 },
	};
}

function sendJson(request: IncomingMessage, response: ServerResponse, status: number, value: object): void {
	const body = JSON.stringify(value);
	const tag = `"${createHash("sha256").update(body).digest("base64url").slice(0, 22)}"`;
	response.setHeader("ETag", tag);
	if (status === 200 && (request.headers["if-none-match"] ?? "").split(",").some((it) => it.trim().replace(/^W\//, "") === tag)) {
		response.writeHead(304).end();
		return;
	}
	response.setHeader("Content-Type", "application/json; charset=utf-8");
	response.setHeader("Content-Length", Buffer.byteLength(body));
	response.writeHead(status).end(request.method === "HEAD" ? undefined : body);
}
