import type { StepName } from "../../../protocol/outcome.ts";

type Stream = "stdout" | "stderr";

/** Turns a program's bytes into text as they come: a character that is split between two pieces waits for its rest. */
export class StreamText {
	readonly #decoders = new Map<string, TextDecoder>();

	/** May be empty. What is no UTF-8 becomes U+FFFD. */
	add(step: StepName, stream: Stream, bytes: Uint8Array): string {
		const name = `${step} ${stream}`;
		const decoder = this.#decoders.get(name) ?? new TextDecoder("utf-8", { ignoreBOM: true });
		this.#decoders.set(name, decoder);
		return decoder.decode(bytes, { stream: true });
	}

	/** The rest of a stream that ended in the middle of a character. */
	end(step: StepName, stream: Stream): string {
		return this.#decoders.get(`${step} ${stream}`)?.decode() ?? "";
	}
}

/** All that a run printed, kept for an answer that is given whole. */
export class Printed {
	readonly #text = new StreamText();
	readonly #steps = {
		compile: { stdout: "", stderr: "", output: "" },
		run: { stdout: "", stderr: "", output: "" },
	};
	#roomBytes: number;

	/** The runner ends a run at its output limit; what a broken one sent beyond `maxBytes` is dropped. */
	constructor(maxBytes: number) {
		this.#roomBytes = maxBytes;
	}

	add(step: StepName, stream: Stream, bytes: Uint8Array): void {
		const kept = bytes.subarray(0, this.#roomBytes);
		this.#roomBytes -= kept.length;
		this.#append(step, stream, this.#text.add(step, stream, kept));
	}

	of(step: StepName): { readonly stdout: string; readonly stderr: string; readonly output: string } {
		for (const stream of ["stdout", "stderr"] as const) this.#append(step, stream, this.#text.end(step, stream));
		return { ...this.#steps[step] };
	}

	#append(step: StepName, stream: Stream, text: string): void {
		this.#steps[step][stream] += text;
		this.#steps[step].output += text;
	}
}
