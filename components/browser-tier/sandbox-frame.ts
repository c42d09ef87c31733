import * as z from "zod/mini";
import { count, integer, text } from "../../protocol/schema.ts";
import type { RuntimeBytes, RuntimeManifest } from "./runtime-manifest.ts";
import type { BrowserProgram, ToFrame } from "./wire.ts";

/**
 * One frame with one worker for one run, from the page's side. Its document has an opaque origin (`sandbox` without `allow-same-origin`)
 * and a policy without connections; taking the frame away ends the worker in it, whatever its program does.
 */

const FrameMessage = z.discriminatedUnion("type", [
	z.strictObject({ type: z.literal("ready"), canWait: z.boolean() }),
	z.strictObject({ type: z.literal("failed"), detail: text(1_000) }),
	z.strictObject({ type: z.literal("output"), bytes: z.instanceof(Uint8Array) }),
	z.strictObject({ type: z.literal("read"), memoryBytes: count() }),
	z.strictObject({ type: z.literal("exit"), code: integer(0, 255), memoryBytes: count() }),
	z.strictObject({ type: z.literal("outputFull") }),
	z.strictObject({ type: z.literal("breach") }),
]);
/** The frame's script has come and runs. */
const Opened = z.strictObject({ type: z.literal("opened") });
/** `unopened`: its document could not be had. */
export type FrameMessage = z.infer<typeof FrameMessage> | { readonly type: "unopened" };

/** The frame's document comes from the server or from what this browser has kept of it; where neither has it, nothing ever answers. */
const fetchLimitMs = 30_000;
/** What stands in a frame that could not be fetched is loaded too, and says nothing. */
const openLimitMs = 10_000;
/** A slow and busy device starts Python within half of this; a frame whose process died never does. The reader can stop it before. */
const bootLimitMs = 300_000;

export class SandboxFrame {
	readonly #element: HTMLIFrameElement;
	readonly #port: MessagePort;
	#listener: (message: FrameMessage) => void = () => undefined;
	#early: FrameMessage[] = [];
	#hasListener = false;
	#patience: ReturnType<typeof setTimeout> | undefined;

	constructor(manifest: RuntimeManifest, runtime: RuntimeBytes) {
		const channel = new MessageChannel();
		this.#port = channel.port1;
		this.#port.addEventListener("message", (event) => this.#read(event.data));
		this.#port.start();
		const element = document.createElement("iframe");
		this.#element = element;
		element.setAttribute("sandbox", "allow-scripts");
		element.referrerPolicy = "no-referrer";
		element.title = "Programs that run in this browser";
		element.hidden = true;
		this.#expectWithin(fetchLimitMs, { type: "unopened" });
		element.addEventListener(
			"load",
			() => {
				this.#expectWithin(openLimitMs, { type: "unopened" });
				// An opaque origin has no name to send to; the frame is ours, and only its script can be listening.
				element.contentWindow?.postMessage("open", "*", [channel.port2]);
				this.#send({ type: "boot", ...runtime });
			},
			{ once: true },
		);
		element.src = `${manifest.path}/frame.html`;
		document.body.append(element);
	}

	/** It cannot be started any more. */
	get isBroken(): boolean {
		return this.#early.some(({ type }) => type !== "ready");
	}

	/** Who hears the frame from now on; what came before is heard first. */
	listen(listener: (message: FrameMessage) => void): void {
		this.#listener = listener;
		this.#hasListener = true;
		const early = this.#early;
		this.#early = [];
		for (const message of early) this.#listener(message);
	}

	start(program: BrowserProgram, outputLimitBytes: number): void {
		this.#send({ type: "start", program, outputLimitBytes });
	}

	/** Answers a `read`. null: end of input. */
	input(bytes: Uint8Array | null): void {
		this.#send({ type: "input", bytes });
	}

	interrupt(): void {
		this.#send({ type: "interrupt" });
	}

	/** Ends whatever runs in it, at once. */
	remove(): void {
		clearTimeout(this.#patience);
		this.#listener = () => undefined;
		this.#port.close();
		this.#element.remove();
	}

	#send(message: ToFrame): void {
		this.#port.postMessage(message);
	}

	/** Without an answer from the frame this is what it has said. */
	#expectWithin(limitMs: number, otherwise: FrameMessage): void {
		clearTimeout(this.#patience);
		this.#patience = setTimeout(() => this.#tell(otherwise), limitMs);
	}

	#read(data: unknown): void {
		clearTimeout(this.#patience);
		if (Opened.safeParse(data).success) {
			this.#expectWithin(bootLimitMs, { type: "failed", detail: "It did not start in time." });
			return;
		}
		const parsed = FrameMessage.safeParse(data);
		this.#tell(parsed.success ? parsed.data : { type: "breach" });
	}

	#tell(message: FrameMessage): void {
		if (this.#hasListener) this.#listener(message);
		else this.#early.push(message);
	}
}
