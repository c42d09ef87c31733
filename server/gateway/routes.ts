import { createHash } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { type Catalogue, cataloguePath } from "../../protocol/catalogue.ts";
import type { Config } from "../config.ts";
import type { LanguageCatalogue } from "../languages/catalogue.ts";
import type { RunnerStatus } from "../runner/door-protocol.ts";
import { isReady } from "./run-request.ts";
import { setDataHeaders } from "./security-headers.ts";

/** The gateway's own answers over plain HTTP; everything else is the page's. */

export interface RoutesOptions {
	readonly config: Config;
	readonly catalogue: LanguageCatalogue;
	readonly build: string;
	readonly runnerStatus: () => RunnerStatus | null;
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
	return (request, response) => {
		const path = (request.url ?? "/").split("?", 1)[0];
		if (path !== "/healthz" && path !== cataloguePath) return false;
		setDataHeaders(response);
		if (request.method !== "GET" && request.method !== "HEAD") {
			response.setHeader("Allow", "GET, HEAD");
			sendJson(request, response, 405, { message: "Only GET is answered here." });
		} else if (path === "/healthz") {
			response.setHeader("Cache-Control", "no-store");
			sendJson(request, response, 200, describeHealth(options));
		} else {
			response.setHeader("Cache-Control", "no-cache");
			sendJson(request, response, 200, describeCatalogue(options));
		}
		return true;
	};
}

/** 200 as long as the gateway answers: a restart of it would not bring a runner or an engine back. */
function describeHealth({ build, runnerStatus, gatewayState }: RoutesOptions): object {
	const status = runnerStatus();
	const { connections, sessions, waiting, slotsInUse } = gatewayState();
	const isReadyAll = status?.engine === "up" && status.languages.every((language) => language.isReady);
	return {
		status: isReadyAll ? "ok" : "degraded",
		gateway: { build, uptimeSeconds: Math.round(process.uptime()), connections, sessions },
		runner: status === null ? "down" : "up",
		engine: status?.engine ?? "unknown",
		pool: status?.languages ?? [],
		queue: { waiting, inUse: slotsInUse, capacity: status?.maxLeases ?? 0 },
	};
}

function describeCatalogue({ config, catalogue, build, runnerStatus }: RoutesOptions): Catalogue {
	const status = runnerStatus();
	return {
		build,
		languages: catalogue.languages.map((language) => {
			const toolchains = catalogue.toolchains.filter((toolchain) => toolchain.language === language);
			return {
				id: language.id,
				name: language.name,
				monacoId: language.monacoId,
				aliases: [...language.aliases],
				fileName: language.fileName,
				versions: toolchains.map((toolchain) => ({ version: toolchain.version.version, isReady: isReady(toolchain, status) })),
				examples: language.examples.map(({ file, title, content, isInteractive }) => ({ title, fileName: file, content, isInteractive })),
				memoryBytes: Math.min(language.limits.memoryBytes ?? config.memoryBytes, config.maxMemoryBytes),
				hasCompileStep: toolchains.some((toolchain) => toolchain.compile !== undefined),
			};
		}),
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
