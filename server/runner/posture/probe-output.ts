import { z } from "zod";
import { AttackResult, Fact } from "../../../protocol/posture.ts";

/**
 * What a probe prints, read as what it is: bytes out of a sandbox. One JSON object a line; a line that is too long, no UTF-8, no JSON, or
 * of no known form is a fault, and so is a second word on something that was already told: the first stands.
 */

const maxLineBytes = 65_536;
const maxFacts = 300;
const maxAttacks = 100;
const maxFaults = 5;

const FactPath = z.string().regex(/^[a-zA-Z][a-zA-Z0-9.]{0,119}$/);
const Line = z.union([z.strictObject({ fact: FactPath, value: Fact }), z.strictObject({ attack: AttackResult })]);

export class ProbeOutput {
	readonly facts = new Map<string, Fact>();
	readonly attacks = new Map<string, AttackResult>();
	/** What was wrong with it, the first few. */
	readonly faults: string[] = [];
	#pending: Buffer[] = [];
	#pendingBytes = 0;
	#isSkipping = false;

	/** Any bytes, in any pieces; holds at most one line. */
	take(chunk: Buffer): void {
		let from = 0;
		for (let at = chunk.indexOf(10, from); at >= 0; at = chunk.indexOf(10, from)) {
			this.#keep(chunk.subarray(from, at));
			this.#endLine();
			from = at + 1;
		}
		this.#keep(chunk.subarray(from));
	}

	/** The end of the output: a line that was begun counts as one. */
	end(): void {
		if (this.#pendingBytes > 0 || this.#isSkipping) this.#endLine();
	}

	#keep(part: Buffer): void {
		if (this.#isSkipping || part.length === 0) return;
		this.#pendingBytes += part.length;
		if (this.#pendingBytes > maxLineBytes) {
			this.#isSkipping = true;
			this.#pending = [];
			this.#pendingBytes = 0;
			this.#fault("a line that is too long");
			return;
		}
		// The bytes belong to whoever read them.
		this.#pending.push(Buffer.from(part));
	}

	#endLine(): void {
		const bytes = Buffer.concat(this.#pending);
		const wasSkipped = this.#isSkipping;
		this.#pending = [];
		this.#pendingBytes = 0;
		this.#isSkipping = false;
		if (!wasSkipped && bytes.length > 0) this.#read(bytes);
	}

	#read(bytes: Buffer): void {
		const line = Line.safeParse(parseJson(bytes)).data;
		if (line === undefined) this.#fault("a line that is none of the probe's");
		else if ("fact" in line) this.#put(this.facts, maxFacts, line.fact, line.value);
		else this.#put(this.attacks, maxAttacks, line.attack.id, line.attack);
	}

	#put<Value>(into: Map<string, Value>, max: number, key: string, value: Value): void {
		if (into.has(key)) this.#fault(`${key} is told twice`);
		else if (into.size >= max) this.#fault("more than a probe tells");
		else into.set(key, value);
	}

	#fault(what: string): void {
		if (this.faults.length < maxFaults) this.faults.push(what);
	}
}

function parseJson(bytes: Buffer): unknown {
	try {
		return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
	} catch {
		return undefined;
	}
}
