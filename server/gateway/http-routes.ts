import type { IncomingMessage, ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import { errorTable } from "../../protocol/errors.ts";
import type { CrossOrigin } from "./api/cross-origin.ts";
import { sendProblem } from "./api/problem.ts";
import { runRoute } from "./api/run-route.ts";
import { mcpRoutes } from "./mcp/mcp-routes.ts";
import { pistonRoutes } from "./piston/piston-routes.ts";
import type { GatewayWorld, RouteSet } from "./route-set.ts";
import { dataRoutes } from "./routes.ts";
import { snippetRoutes } from "./snippets/snippet-routes.ts";
import { refuseUpgrade } from "./websocket.ts";

/** Every set of routes. A further one is a line here. */
const makers: readonly ((world: GatewayWorld) => RouteSet | readonly RouteSet[])[] = [
	dataRoutes,
	runRoute,
	snippetRoutes,
	pistonRoutes,
	mcpRoutes,
];

export interface Router {
	/** True: it was one of the gateway's own paths, and is or will be answered. */
	handle(request: IncomingMessage, response: ServerResponse): boolean;
	handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): boolean;
	close(): void;
}

export function createRouter(world: GatewayWorld, crossOrigin: CrossOrigin): Router {
	const sets = makers.flatMap((make) => make(world)).sort((one, other) => other.prefix.length - one.prefix.length);
	const find = (path: string): RouteSet | undefined => sets.find(({ prefix }) => path === prefix || path.startsWith(`${prefix}/`));

	return {
		handle(request, response) {
			const path = pathOf(request);
			const set = find(path);
			if (set === undefined) return false;
			const refuse = set.sendProblem ?? sendProblem;
			if (crossOrigin.prepare(request, response)) return true;
			const doesOnlyRead = request.method === "GET" || request.method === "HEAD";
			if (!doesOnlyRead && !crossOrigin.mayAct(request)) {
				world.log.info({ origin: String(request.headers.origin).slice(0, 200) }, "origin refused");
				refuse(response, { code: "originRefused" });
			} else void answer(set, request, response, path);
			return true;
		},
		handleUpgrade(request, socket, head) {
			const path = pathOf(request);
			const set = find(path);
			if (set === undefined) return false;
			if (set.handleUpgrade === undefined) refuseUpgrade(socket, 404, errorTable.notFound.sentence);
			else if (!crossOrigin.mayAct(request)) refuseUpgrade(socket, 403, errorTable.originRefused.sentence);
			else set.handleUpgrade(request, socket, head, path);
			return true;
		},
		close() {
			for (const set of sets) set.close?.();
		},
	};

	async function answer(set: RouteSet, request: IncomingMessage, response: ServerResponse, path: string): Promise<void> {
		try {
			await set.handle(request, response, path);
		} catch (error) {
			world.log.error({ err: error, path }, "a route could not answer");
			if (response.headersSent) response.destroy();
			else (set.sendProblem ?? sendProblem)(response, { code: "internal" });
		}
	}
}

function pathOf(request: IncomingMessage): string {
	return (request.url ?? "/").split("?", 1)[0] ?? "/";
}
