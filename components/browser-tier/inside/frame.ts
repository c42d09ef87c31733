import { maxDetailCharacters, readWorkerMessage, type ToFrame, type ToWorker, type WorkerMessage } from "../wire.ts";

/**
 * The inside of the sandboxed frame: one frame, one worker, one run. Its origin is opaque and its policy (next.config.js) allows no
 * connection, so what runs here can reach neither our origin's data nor the network. It has the page's port, the worker has not:
 * what the worker says reaches the page through this file only. The page takes the whole frame away when the run is over.
 */

const batchMs = 16;

function open(port: MessagePort): void {
	let worker: Worker | null = null;
	let phase: "empty" | "loading" | "ready" | "running" | "over" = "empty";
	let isReading = false;
	let outputLimitBytes = 0;
	let outputBytes = 0;
	let batch: Uint8Array[] = [];
	let batchTimer: ReturnType<typeof setTimeout> | undefined;

	const flush = (): void => {
		clearTimeout(batchTimer);
		batchTimer = undefined;
		if (batch.length === 0) return;
		const bytes = new Uint8Array(batch.reduce((sum, { length }) => sum + length, 0));
		let at = 0;
		for (const chunk of batch) {
			bytes.set(chunk, at);
			at += chunk.length;
		}
		batch = [];
		port.postMessage({ type: "output", bytes });
	};
	const end = (message: object): void => {
		phase = "over";
		worker?.terminate();
		flush();
		port.postMessage(message);
	};
	/** The first of a burst goes at once, what follows goes together. */
	const print = (bytes: Uint8Array): void => {
		const room = outputLimitBytes - outputBytes;
		outputBytes += bytes.byteLength;
		batch.push(bytes.byteLength <= room ? bytes : bytes.slice(0, room));
		if (bytes.byteLength > room) end({ type: "outputFull" });
		else if (batchTimer === undefined) {
			flush();
			batchTimer = setTimeout(flush, batchMs);
		}
	};
	/** What a program threw where its interpreter could not catch it ends it, as it ends a process. */
	const fail = (detail: string): void => {
		print(new TextEncoder().encode(`\n${detail}\n`));
		if (phase === "running") end({ type: "exit", code: 1, memoryBytes: 0 });
	};
	const take = (message: WorkerMessage): boolean => {
		if (phase === "loading" && (message.type === "ready" || message.type === "failed")) {
			if (message.type === "failed") end(message);
			else {
				phase = "ready";
				port.postMessage(message);
			}
			return true;
		}
		if (phase !== "running") return false;
		if (message.type === "output") print(message.bytes);
		else if (message.type === "exit") end(message);
		else if (message.type === "read" && !isReading) {
			isReading = true;
			flush();
			port.postMessage(message);
		} else return false;
		return true;
	};
	const boot = ({ script, parts }: Extract<ToFrame, { type: "boot" }>): void => {
		const url = URL.createObjectURL(new Blob([script], { type: "text/javascript" }));
		worker = new Worker(url);
		worker.addEventListener("message", (event) => {
			if (phase === "over") return;
			const message = readWorkerMessage(event.data);
			if (message === null || !take(message)) end({ type: "breach" });
		});
		worker.addEventListener("messageerror", () => phase !== "over" && end({ type: "breach" }));
		worker.addEventListener("error", (event) => {
			event.preventDefault();
			const detail = String(event.message ?? "the worker could not be started").slice(0, maxDetailCharacters);
			if (phase === "running") fail(detail);
			else if (phase !== "over") end({ type: "failed", detail });
		});
		phase = "loading";
		worker.postMessage({ type: "boot", parts } satisfies ToWorker, Object.values(parts));
	};
	port.addEventListener("message", (event: MessageEvent<ToFrame>) => {
		const message = event.data;
		if (message.type === "boot") {
			if (phase === "empty") boot(message);
		} else if (message.type === "start") {
			if (phase !== "ready") return;
			phase = "running";
			outputLimitBytes = message.outputLimitBytes;
			worker?.postMessage({ type: "start", program: message.program } satisfies ToWorker);
		} else if (phase === "running") {
			isReading = false;
			worker?.postMessage(message satisfies ToWorker);
		}
	});
	port.start();
	port.postMessage({ type: "opened" });
}

// The one message that the page sends to the window itself brings the port; nobody else has this window, and a second one is ignored.
addEventListener(
	"message",
	(event) => {
		const [port] = event.ports;
		if (event.source === parent && port !== undefined) open(port);
	},
	{ once: true },
);
