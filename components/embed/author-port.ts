import { EmbedCommand, type EmbedEvent, embedMark } from "../../protocol/embed.ts";

/**
 * The frame's end of the talk with the author's page (protocol/embed.ts). What it takes comes from the window that frames it and, after the
 * first `configure`, from that configure's origin only; what it says goes to that origin only. "hello" goes to anyone, for it holds nothing.
 *
 * A page of an opaque origin (a sandboxed one, a file) has no name to send to, so it is answered with "*". The addressee is the parent
 * window all the same, and its document cannot be another than the one that frames this one: a frame does not outlive its parent's document.
 */

type WithoutMark<T> = T extends unknown ? Omit<T, "mark"> : never;
export type AuthorEvent = WithoutMark<EmbedEvent>;

function hasMark(data: unknown): boolean {
	return typeof data === "object" && data !== null && "mark" in data && data.mark === embedMark;
}

function isConfigure(data: unknown): boolean {
	return typeof data === "object" && data !== null && "type" in data && data.type === "configure";
}

const targetOf = (origin: string): string => (/^https?:/.test(origin) ? origin : "*");

export class AuthorPort {
	readonly #frame: Window;
	readonly #onCommand: (command: EmbedCommand) => void;
	readonly #listener = (event: MessageEvent<unknown>): void => this.#hear(event);
	#origin: string | null = null;

	constructor(frame: Window, onCommand: (command: EmbedCommand) => void) {
		this.#frame = frame;
		this.#onCommand = onCommand;
		frame.addEventListener("message", this.#listener);
		if (this.isFramed) this.#post({ type: "hello" }, "*");
	}

	get isFramed(): boolean {
		return this.#frame.parent !== this.#frame;
	}

	/** Dropped while no page has configured the frame. */
	send(event: AuthorEvent): void {
		if (this.#origin !== null) this.#post(event, targetOf(this.#origin));
	}

	close(): void {
		this.#frame.removeEventListener("message", this.#listener);
	}

	#hear({ data, origin, source }: MessageEvent<unknown>): void {
		if (!this.isFramed || source !== this.#frame.parent || !hasMark(data)) return;
		if (this.#origin === null ? !isConfigure(data) : origin !== this.#origin) return;
		const parsed = EmbedCommand.safeParse(data);
		if (parsed.success) {
			this.#origin = origin;
			this.#onCommand(parsed.data);
			return;
		}
		const [issue] = parsed.error.issues;
		const place = issue?.path.map(String).join(".") || "the message";
		this.#post({ type: "problem", message: `Sandglass cannot use ${place}: ${issue?.message ?? "invalid"}` }, targetOf(origin));
	}

	#post(event: AuthorEvent, target: string): void {
		this.#frame.parent.postMessage({ mark: embedMark, ...event }, target);
	}
}
