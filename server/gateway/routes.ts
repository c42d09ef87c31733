import { createHash } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { type Health, healthPath, openApiPath } from "../../protocol/api.ts";
import { type AttackPrograms, attackProgramsPath } from "../../protocol/attack-programs.ts";
import { cataloguePath } from "../../protocol/catalogue.ts";
import { describeApi } from "../../protocol/openapi.ts";
import { type PostureDocument, posturePath } from "../../protocol/posture.ts";
import { sendProblem } from "./api/problem.ts";
import { describeCatalogue } from "./catalogue-answer.ts";
import type { GatewayWorld, RouteSet } from "./route-set.ts";
import { setDataHeaders } from "./security-headers.ts";

/** What the gateway tells of itself: data that anybody may read. */
export function dataRoutes(world: GatewayWorld): RouteSet[] {
	const api = describeApi();
	return [
		dataRoute(openApiPath, "no-cache", () => api),
		dataRoute("/healthz", "no-store", () => describeHealth(world)),
		dataRoute(healthPath, "no-store", () => describeHealth(world)),
		dataRoute(cataloguePath, "no-cache", () => describeCatalogue({ ...world, status: world.runnerStatus() })),
		dataRoute(posturePath, "no-cache", (): PostureDocument => world.posture()),
		dataRoute(attackProgramsPath, "no-cache", (): AttackPrograms => world.attackPrograms),
		{ prefix: "/api/v1", handle: (_, response) => sendProblem(response, { code: "notFound" }) },
	];
}

function dataRoute(prefix: string, cacheControl: "no-store" | "no-cache", describe: () => object): RouteSet {
	return {
		prefix,
		handle(request, response, path) {
			if (path !== prefix) sendProblem(response, { code: "notFound" });
			else if (request.method !== "GET" && request.method !== "HEAD") {
				response.setHeader("Allow", "GET, HEAD");
				sendProblem(response, { code: "methodNotAllowed", field: "GET, HEAD" });
			} else {
				response.setHeader("Cache-Control", cacheControl);
				sendData(request, response, describe());
			}
		},
	};
}

/** 200 as long as the gateway answers: a restart of it would not bring a runner or an engine back. */
function describeHealth({ build, runnerStatus, gatewayState }: GatewayWorld): Health {
	const status = runnerStatus();
	const { connections, sessions, waiting, slotsInUse } = gatewayState();
	const tiers = status?.tiers.filter((it) => it.state !== "disabled") ?? [];
	const offered = new Set(tiers.filter(({ state }) => state === "offered").map(({ tier }) => tier));
	const isReadyAll =
		status?.engine === "up" &&
		status.languages.every(({ tier, isReady }) => isReady || !offered.has(tier)) &&
		offered.size > 0 &&
		!tiers.some((it) => it.state === "failed" || it.state === "checking");
	return {
		status: isReadyAll ? "ok" : "degraded",
		gateway: { build, uptimeSeconds: Math.round(process.uptime()), connections, sessions },
		runner: status === null ? "down" : "up",
		engine: status?.engine ?? "unknown",
		tiers,
		pool: (status?.languages ?? []).map(({ imageDigest: _, ...kept }) => kept),
		queue: { waiting, inUse: slotsInUse, capacity: status?.capacity ?? 0, bottleneck: status?.bottleneck ?? "unknown" },
	};
}

/** 200 with an entity tag, or 304 where the asker has it already. */
export function sendData(request: IncomingMessage, response: ServerResponse, value: object): void {
	setDataHeaders(response);
	const body = JSON.stringify(value);
	const tag = `"${createHash("sha256").update(body).digest("base64url").slice(0, 22)}"`;
	response.setHeader("ETag", tag);
	if ((request.headers["if-none-match"] ?? "").split(",").some((it) => it.trim().replace(/^W\//, "") === tag)) {
		response.writeHead(304).end();
		return;
	}
	response.setHeader("Content-Type", "application/json; charset=utf-8");
	response.setHeader("Content-Length", Buffer.byteLength(body));
	response.writeHead(200).end(request.method === "HEAD" ? undefined : body);
}
