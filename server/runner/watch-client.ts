import { connect, type Socket } from "node:net";
import type { PostureReport } from "../../protocol/posture.ts";
import type { ProcessFigures } from "../process-figures.ts";
import { encodeRequest, parseReply, replyCap } from "./door-frames.ts";
import type { RunnerStatus } from "./door-protocol.ts";
import { FrameReader, ProtocolBreach } from "./frame-reader.ts";

export interface RunnerWatch {
	/** The last status, or null while the runner is down. */
	readonly status: RunnerStatus | null;
	/** The newest of each subject; kept while the runner is down, for what they say was so. */
	readonly postures: readonly PostureReport[];
	/** How the runner's process fared since the last call, as far as that is known; null while it is down. */
	takeFigures(): ProcessFigures | null;
	close(): void;
}

const firstRetryMs = 100;
const longestRetryMs = 2_000;

/**
 * Follows the runner's status for as long as it is open: connects again with a growing wait whenever the connection ends.
 * `onStatus` comes at once after each connect and at each change, `onDown` once each time the runner is found gone.
 */
export function watchRunner(options: {
	socketPath: string;
	onStatus(status: RunnerStatus): void;
	/** `detail` is for the log. */
	onDown(detail: string): void;
}): RunnerWatch {
	let isClosed = false;
	let isDownTold = false;
	let status: RunnerStatus | null = null;
	let figures: ProcessFigures | null = null;
	let isTaken = false;
	const postures = new Map<string, PostureReport>();
	let retryMs = firstRetryMs;
	let retryTimer: NodeJS.Timeout | undefined;
	let socket: Socket;

	const open = (): void => {
		const reader = new FrameReader(replyCap);
		let detail = "the runner closed the connection";
		const current = connect(options.socketPath);
		socket = current;
		current.on("data", (chunk: Buffer) => {
			try {
				for (const frame of reader.read(chunk)) {
					const reply = parseReply(frame);
					if (isClosed) return;
					if (reply.type === "posture") {
						postures.set(reply.report.subject, reply.report);
						continue;
					}
					if (reply.type === "figures") {
						figures = figures === null || isTaken ? reply.figures : { ...reply.figures, eventLoopDelayMs: worseOf(figures, reply.figures) };
						isTaken = false;
						continue;
					}
					if (reply.type !== "status") throw new ProtocolBreach("notAStatus");
					status = reply.status;
					isDownTold = false;
					retryMs = firstRetryMs;
					options.onStatus(status);
				}
			} catch (error) {
				if (!(error instanceof ProtocolBreach)) throw error;
				detail = error.message;
				current.destroy();
			}
		});
		current.on("error", (error) => {
			detail = error.message;
		});
		current.on("close", () => {
			if (isClosed) return;
			status = null;
			figures = null;
			retryTimer = setTimeout(open, retryMs);
			retryMs = Math.min(retryMs * 2, longestRetryMs);
			if (isDownTold) return;
			isDownTold = true;
			options.onDown(detail);
		});
		current.write(encodeRequest({ type: "watch" }));
	};
	open();

	return {
		get status() {
			return status;
		},
		takeFigures() {
			isTaken = true;
			return figures;
		},
		get postures() {
			return [...postures.values()];
		},
		close() {
			isClosed = true;
			clearTimeout(retryTimer);
			socket.destroy();
		},
	};
}

/** Of two spans of time nobody can tell the joint percentiles; the worse is what matters. */
function worseOf(
	{ eventLoopDelayMs: one }: ProcessFigures,
	{ eventLoopDelayMs: other }: ProcessFigures,
): ProcessFigures["eventLoopDelayMs"] {
	return { p50: Math.max(one.p50, other.p50), p99: Math.max(one.p99, other.p99), max: Math.max(one.max, other.max) };
}
