import type { IncomingMessage, ServerResponse } from "node:http";
import { type ApiRunEvent, ApiRunRequest, type ApiRunResult, type ApiStep, runPath } from "../../../protocol/api.ts";
import { isWellFormedText } from "../../../protocol/files.ts";
import { describeOutcome, type StepName, type StepReport } from "../../../protocol/outcome.ts";
import { serverTiming } from "../../../protocol/run-timing.ts";
import type { RunExit, RunOrder, RunRefusal } from "../live-run/live-run.ts";
import type { Consumer } from "../quotas.ts";
import type { GatewayWorld, RouteSet } from "../route-set.ts";
import { fieldOf } from "../run-request.ts";
import { setDataHeaders } from "../security-headers.ts";
import { isProblem } from "./callers.ts";
import { EventStream } from "./event-stream.ts";
import { Printed, StreamText } from "./printed.ts";
import { describeProblem, type Problem, sendProblem } from "./problem.ts";
import { closeWhenUnread } from "./unread.ts";

/** `POST /api/v1/run`: one run in a fresh sandbox, answered whole or, where the caller accepts `text/event-stream`, as it goes. */

export function runRoute(world: GatewayWorld): RouteSet {
	return {
		prefix: runPath,
		async handle(request, response, path) {
			if (path !== runPath) return sendProblem(response, { code: "notFound" });
			if (request.method !== "POST") {
				response.setHeader("Allow", "POST");
				return sendProblem(response, { code: "methodNotAllowed", field: "POST" });
			}
			const consumer = world.callers.identify(request);
			if (isProblem(consumer)) return sendProblem(response, consumer);
			const body = await world.bodies.readJson(request, consumer.address);
			if (body === null) return;
			const order = "problem" in body ? body.problem : readOrder(body.json);
			if ("code" in order) return sendProblem(response, order);
			if (doesAcceptEvents(request)) streamRun(world, consumer, order, response);
			else answerRun(world, consumer, order, response);
		},
	};
}

function readOrder(json: unknown): ApiRunRequest | Problem {
	const parsed = ApiRunRequest.safeParse(json);
	if (!parsed.success) return { code: "invalidRequest", field: fieldOf(parsed.error.issues) };
	return isWellFormedText(parsed.data.stdin) ? parsed.data : { code: "invalidRequest", field: "stdin" };
}

function doesAcceptEvents({ headers }: IncomingMessage): boolean {
	return (headers.accept ?? "").split(",").some((it) => /^\s*text\/event-stream\s*(;(?!\s*q=0(\.0*)?\s*$).*)?$/i.test(it));
}

function orderOf({ stdin: _, ...order }: ApiRunRequest): RunOrder {
	return { ...order, mode: "pipes", columns: 80, rows: 24 };
}

function answerRun(world: GatewayWorld, consumer: Consumer, request: ApiRunRequest, response: ServerResponse): void {
	const printed = new Printed(world.config.outputBytes + outputSlackBytes);
	const began = new Set<StepName>();
	let place = { language: request.language, version: request.version ?? "", tier: request.tier ?? "" };
	const stepOf = (step: StepName, report: StepReport | null): ApiStep | null =>
		report === null && !began.has(step) ? null : { ...(report ?? unmeasured), ...printed.of(step) };
	const run = world.liveRuns.open(consumer, { isKept: false });
	response.on("close", () => run.close());
	run.start(orderOf(request), {
		started: ({ step, language, version, tier }) => {
			began.add(step);
			place = { language, version, tier };
		},
		output: (step, stream, bytes) => printed.add(step, stream, bytes),
		refused: (refusal) => sendProblem(response, refusal),
		exit: ({ outcome, compile, program, timing }) => {
			const { fault, sentence } = describeOutcome(outcome);
			const result: ApiRunResult = {
				...place,
				outcome,
				message: sentence,
				fault,
				compile: stepOf("compile", compile),
				program: stepOf("run", program),
				limit: outcome.kind === "limited" ? outcome.limit : null,
			};
			const body = JSON.stringify(result);
			setDataHeaders(response);
			if (timing !== undefined) response.setHeader("Server-Timing", serverTiming(timing));
			response.writeHead(200, {
				"Content-Type": "application/json; charset=utf-8",
				"Cache-Control": "no-store",
				"Content-Length": Buffer.byteLength(body),
			});
			response.end(body);
			closeWhenUnread(response, world.stallMs);
		},
	});
	run.stdin(Buffer.from(request.stdin));
	run.eof();
}

function streamRun(world: GatewayWorld, consumer: Consumer, request: ApiRunRequest, response: ServerResponse): void {
	const text = new StreamText();
	const run = world.liveRuns.open(consumer, { isKept: false });
	const events = new EventStream(response, { onFull: () => run.pause(), onDrained: () => run.resume() });
	const send = (event: ApiRunEvent): void => events.send(event);
	const flush = (step: StepName): void => {
		for (const stream of ["stdout", "stderr"] as const) {
			const rest = text.end(step, stream);
			if (rest !== "") send({ type: "output", step, stream, text: rest });
		}
	};
	const finish = (event: ApiRunEvent): void => {
		send(event);
		events.end();
		closeWhenUnread(response, world.stallMs);
	};
	response.on("close", () => run.close());
	run.start(orderOf(request), {
		queued: (ahead, waitMs) => send({ type: "queued", ahead, ...(waitMs === undefined ? {} : { waitMs }) }),
		started: ({ step, language, version, tier }) => send({ type: "started", step, language, version, tier }),
		output: (step, stream, bytes) => {
			const added = text.add(step, stream, bytes);
			if (added !== "") send({ type: "output", step, stream, text: added });
		},
		step: (step, report) => {
			flush(step);
			send({ type: "step", step, report });
		},
		refused: (refusal: RunRefusal) => {
			if (response.headersSent) finish({ type: "problem", problem: describeProblem(refusal) });
			else sendProblem(response, refusal);
		},
		exit: ({ outcome, compile, program }: RunExit) => {
			flush("compile");
			flush("run");
			finish({ type: "result", outcome, message: describeOutcome(outcome).sentence, compile, program });
		},
	});
	run.stdin(Buffer.from(request.stdin));
	run.eof();
}

/** The runner's own words about a limit come on top of it. */
const outputSlackBytes = 1_024;

/** A step that began and whose end nobody measured. */
const unmeasured: StepReport = { exitCode: null, signal: null, wallMs: 0, cpuMs: 0, peakMemoryBytes: 0 };
