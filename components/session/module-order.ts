import type { RunRequest, ServerMessage } from "../../protocol/messages.ts";
import { moduleTier, moduleVersionOf } from "../../protocol/modules.ts";
import type { StreamName } from "../../protocol/streams.ts";
import { cookOutput } from "../browser-tier/line-discipline.ts";
import type { RunState } from "./session-state.ts";

type Asked = Omit<RunRequest, "type" | "run" | "mode">;

/**
 * A program for this browser that the server compiles first. To the server it is a run whose program prints the module; to the reader it
 * is a compile step, whose complaints show in the terminal and whose end is the beginning of the run here.
 */
export class ModuleOrder {
	/** What then runs here. */
	readonly program: Asked;
	readonly run: number;
	readonly #parts: Uint8Array[] = [];
	#isPrinting = false;

	constructor(program: Asked, run: number) {
		this.program = program;
		this.run = run;
	}

	/** Its limits are the server's: the program's own are for where it runs. */
	get request(): RunRequest {
		const { language, version = "", files, entry } = this.program;
		const asked = { language, version: moduleVersionOf(version), tier: moduleTier, files, ...(entry === undefined ? {} : { entry }) };
		return { ...asked, type: "run", run: this.run, mode: "pipes", arguments: [] };
	}

	/** What of its output the reader is to see; null: nothing, it is a part of the module. */
	read(stream: StreamName, bytes: Uint8Array): Uint8Array | null {
		if (!this.#isPrinting || stream !== "stdout") return cookOutput(bytes);
		this.#parts.push(bytes);
		return null;
	}

	/** False: the message is of the printing, which is no step of the reader's program. */
	concernsReader(message: ServerMessage): boolean {
		if (message.type === "started" && message.step === "run") this.#isPrinting = true;
		return !this.#isPrinting || message.type === "exit" || message.type === "error";
	}

	/** The compile step as the reader is to see it. */
	shownAs(run: RunState): RunState {
		if (run.kind !== "running") return run;
		return { ...run, at: { ...run.at, version: this.program.version ?? "", isForHere: true } };
	}

	/** As it was printed; null: this message is not its good end. */
	moduleOf(message: ServerMessage): Uint8Array | null {
		if (message.type !== "exit" || message.outcome.kind !== "exited" || message.outcome.code !== 0 || !this.#isPrinting) return null;
		const whole = new Uint8Array(this.#parts.reduce((sum, { length }) => sum + length, 0));
		let at = 0;
		for (const part of this.#parts) {
			whole.set(part, at);
			at += part.length;
		}
		return whole;
	}
}
