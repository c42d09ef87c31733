import type { IncomingMessage, ServerResponse } from "node:http";
import { isInitializeRequest } from "@modelcontextprotocol/sdk/types.js";
import { describeError } from "../../../protocol/errors.ts";
import { isProblem } from "../api/callers.ts";
import { type Problem, setProblemHeaders } from "../api/problem.ts";
import { describeCatalogue } from "../catalogue-answer.ts";
import type { Consumer } from "../quotas.ts";
import type { GatewayWorld, RouteSet } from "../route-set.ts";
import { setDataHeaders } from "../security-headers.ts";
import { type ClientBounds, McpClients } from "./clients.ts";
import { openRuns } from "./runs.ts";
import type { ToolWorld } from "./tools.ts";

/**
 * `/mcp`: streamable HTTP of the Model Context Protocol (revision 2025-06-18, "Transports"). The specification asks for a look at Origin and
 * Host, because a page whose name was rebound must not reach a server on its reader's machine: both were seen to before. Answers come
 * as events on the POST that asked; there is no other stream, so nothing stays open that nobody waits for.
 */

const defaultBounds: ClientBounds = { idleMs: 600_000, maxClients: 512, maxClientsOfAddress: 16 };

export function mcpRoutes(world: GatewayWorld, bounds: Partial<ClientBounds> = {}): RouteSet {
	const clients = new McpClients({ bounds: { ...defaultBounds, ...bounds }, now: world.now, log: world.log });
	const { idleMs } = { ...defaultBounds, ...bounds };

	return {
		prefix: "/mcp",
		async handle(request, response, path) {
			setDataHeaders(response);
			response.setHeader("Cache-Control", "no-store");
			if (response.hasHeader("Access-Control-Allow-Origin")) response.appendHeader("Access-Control-Expose-Headers", "Mcp-Session-Id");
			const consumer = world.callers.identify(request);
			if (path !== "/mcp") tell(response, { code: "notFound" });
			else if (isProblem(consumer)) tell(response, consumer);
			else if (request.method === "POST") await answerPost(request, response, consumer);
			else if (request.method === "DELETE") await forward(request, response, consumer, undefined);
			else {
				response.setHeader("Allow", "POST, DELETE");
				tell(response, { code: "methodNotAllowed", field: "POST, DELETE" });
			}
		},
		sendProblem: tell,
		close: () => void clients.close(),
	};

	async function answerPost(request: IncomingMessage, response: ServerResponse, consumer: Consumer): Promise<void> {
		const body = await world.bodies.readJson(request, consumer.address);
		if (body === null) return;
		if ("problem" in body) return tell(response, body.problem, body.problem.code === "bodyUnreadable" ? parseError : transportError);
		const message = body.json;
		if (!isInitializeRequest(message) || request.headers["mcp-session-id"] !== undefined)
			return forward(request, response, consumer, message);
		const transport = await clients.open(consumer, toolWorld(consumer));
		if (transport === null) return tell(response, { code: "tooManyConnections" });
		await transport.handleRequest(request, response, message);
	}

	async function forward(request: IncomingMessage, response: ServerResponse, consumer: Consumer, message: unknown): Promise<void> {
		const id = request.headers["mcp-session-id"];
		if (typeof id !== "string") return tell(response, { code: "invalidRequest", field: "Mcp-Session-Id" });
		const client = clients.find(id, consumer);
		if (client === undefined) return tell(response, { code: "notFound" }, sessionNotFound);
		response.once("close", clients.use(client));
		await client.transport.handleRequest(request, response, message);
	}

	function toolWorld(consumer: Consumer): ToolWorld {
		return {
			build: world.build,
			catalogue: () => describeCatalogue({ ...world, status: world.runnerStatus() }),
			openRuns: (options) => openRuns(world.liveRuns.open(consumer, options), world.config.outputBytes),
			idleMs,
			now: world.now,
		};
	}
}

/** JSON-RPC's codes: the transport's own for what is no fault of a method, and as the SDK has them. */
const transportError = -32_000;
const sessionNotFound = -32_001;
const parseError = -32_700;

/** As JSON-RPC without an id, for there may be none. */
function tell(response: ServerResponse, problem: Problem, code = transportError): void {
	if (response.headersSent || response.destroyed) return;
	setProblemHeaders(response, problem);
	const body = JSON.stringify({ jsonrpc: "2.0", error: { code, message: describeError(problem.code, problem.field) }, id: null });
	response.setHeader("Content-Type", "application/json; charset=utf-8");
	response.setHeader("Content-Length", Buffer.byteLength(body));
	response.end(response.req.method === "HEAD" ? undefined : body);
}
