import { z } from "zod";
import type { RuntimeBytes, RuntimeManifest } from "./runtime-manifest.ts";
import type { BrowserProgram, ToFrame } from "./wire.ts";

/**
 * One frame with one worker for one run, from the page's side. Its document has an opaque origin (`sandbox` without `allow-same-origin`)
 * and a policy without connections; taking the frame away ends the worker in it, whatever its program does.
 */

const FrameMessage = z.discriminatedUnion("type", [
	z.strictObject({ type: z.literal("ready"), canWait: z.boolean() }),
	z.strictObject({ type: z.literal("failed"), detail: z.string().max(1_000) }),
	z.strictObject({ type: z.literal("output"), bytes: z.instanceof(Uint8Array) }),
	z.strictObject({ type: z.literal("read"), memoryBytes: z.int().nonnegative() }),
	z.strictObject({ type: z.literal("exit"), code: z.int().min(0).max(255), memoryBytes: z.int().nonnegative() }),
	z.strictObject({ type: z.literal("outputFull") }),
	z.strictObject({ type: z.literal("breach") }),
]);
export type FrameMessage = z.infer<typeof FrameMessage>;

export class SandboxFrame {
	readonly #element: HTMLIFrameElement;
	readonly #port: MessagePort;
	#listener: (message: FrameMessage) => void = () => undefined;
	#early: FrameMessage[] = [];
	#hasListener = false;

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
		element.addEventListener(
			"load",
			() => {
				// An opaque origin has no name to send to; the frame is ours, and only its script can be listening.
				element.contentWindow?.postMessage("open", "*", [channel.port2]);
				this.#send({ type: "boot", ...runtime });
			},
			{ once: true },
		);
		element.src = `${manifest.path}/frame.html`;
		document.body.append(element);
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
		this.#listener = () => undefined;
		this.#port.close();
		this.#element.remove();
	}

	#send(message: ToFrame): void {
		this.#port.postMessage(message);
	}

	#read(data: unknown): void {
		const parsed = FrameMessage.safeParse(data);
		const message: FrameMessage = parsed.success ? parsed.data : { type: "breach" };
		if (this.#hasListener) this.#listener(message);
		else this.#early.push(message);
	}
}
