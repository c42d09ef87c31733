import type { IncomingMessage, ServerResponse } from "node:http";
import { describeError } from "../../../protocol/errors.ts";
import {
	describePistonIssue,
	PistonRequest,
	pistonConnectPath,
	pistonExecutePath,
	pistonPrefix,
	pistonRuntimesPath,
} from "../../../protocol/piston.ts";
import { serverTiming } from "../../../protocol/run-timing.ts";
import { isProblem } from "../api/callers.ts";
import { type Problem, setProblemHeaders } from "../api/problem.ts";
import { closeWhenUnread } from "../api/unread.ts";
import type { GatewayWorld, RouteSet } from "../route-set.ts";
import { setDataHeaders } from "../security-headers.ts";
import { refuseUpgrade } from "../websocket.ts";
import { execute } from "./execute.ts";
import { type PistonWorld, prepareJob } from "./prepare.ts";
import { Runtimes } from "./runtimes.ts";
import { PistonSockets } from "./sockets.ts";

/** Piston's API. Every error is `{message}`. */
export function pistonRoutes(world: GatewayWorld): RouteSet {
	const piston: PistonWorld = { runtimes: new Runtimes(world.catalogue), config: world.config, runnerStatus: world.runnerStatus };
	const sockets = new PistonSockets(world, piston);
	const answers: Readonly<Record<string, { readonly methods: readonly string[]; readonly answer: Answerer }>> = {
		[pistonRuntimesPath]: { methods: ["GET", "HEAD"], answer: describeRuntimes },
		[pistonExecutePath]: { methods: ["POST"], answer: answerExecute },
		[pistonConnectPath]: { methods: ["GET"], answer: () => said(426, "This is a WebSocket.", { Upgrade: "websocket" }) },
	};

	return {
		prefix: pistonPrefix,
		async handle(request, response, path) {
			const route = answers[path];
			if (route === undefined)
				send(response, said(404, `There is nothing at this address: ${pistonPrefix} has runtimes, execute and connect.`));
			else if (route.methods.includes(request.method ?? "")) {
				send(response, await route.answer(request, response));
				if (!response.destroyed) closeWhenUnread(response, world.stallMs);
			} else send(response, said(405, `Only ${route.methods.join(" and ")} is answered here.`, { Allow: route.methods.join(", ") }));
		},
		handleUpgrade(request, socket, head, path) {
			if (path === pistonConnectPath) sockets.handleUpgrade(request, socket, head);
			else refuseUpgrade(socket, 404, describeError("notFound"));
		},
		sendProblem: (response, problem) => send(response, problem),
		close: () => sockets.close(),
	};

	function describeRuntimes(): Answer | Problem {
		const status = world.runnerStatus();
		return status === null ? { code: "runnerDown" } : { status: 200, body: piston.runtimes.describe(status) };
	}

	async function answerExecute(request: IncomingMessage, response: ServerResponse): Promise<Answer | Problem | null> {
		const consumer = world.callers.identify(request);
		if (isProblem(consumer)) return consumer;
		const body = await world.bodies.readJson(request, consumer.address);
		if (body === null) return null;
		if ("problem" in body) return body.problem;
		const parsed = PistonRequest.safeParse(body.json);
		if (!parsed.success) return said(400, describePistonIssue(parsed.error.issues[0]));
		const job = prepareJob(parsed.data, piston, false);
		if (!("watched" in job)) return said(400, job.message);
		const gone = new AbortController();
		response.once("close", () => gone.abort());
		const answer = await execute(job, world.liveRuns.open(consumer, { isKept: false }), gone.signal);
		if ("code" in answer) return answer;
		const { result, timing } = answer;
		return { status: 200, body: result, ...(timing === undefined ? {} : { headers: { "Server-Timing": serverTiming(timing) } }) };
	}
}

/** null: nobody waits for an answer any more. */
type Answerer = (request: IncomingMessage, response: ServerResponse) => Answer | Problem | Promise<Answer | Problem | null>;

interface Answer {
	readonly status: number;
	readonly body: unknown;
	readonly headers?: Readonly<Record<string, string>>;
}

const said = (status: number, message: string, headers: Answer["headers"] = {}): Answer => ({ status, body: { message }, headers });

function send(response: ServerResponse, answer: Answer | Problem | null): void {
	if (answer === null || response.headersSent || response.destroyed) return;
	if ("code" in answer) {
		setProblemHeaders(response, answer);
		write(response, { message: describeError(answer.code, answer.field, answer.retryAfterMs) });
		return;
	}
	setDataHeaders(response);
	response.setHeader("Cache-Control", "no-store");
	for (const [name, value] of Object.entries(answer.headers ?? {})) response.setHeader(name, value);
	response.statusCode = answer.status;
	write(response, answer.body);
}

function write(response: ServerResponse, value: unknown): void {
	const body = JSON.stringify(value);
	response.setHeader("Content-Type", "application/json; charset=utf-8");
	response.setHeader("Content-Length", Buffer.byteLength(body));
	response.end(response.req.method === "HEAD" ? undefined : body);
}
