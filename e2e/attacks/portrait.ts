import assert from "node:assert/strict";
import { type Arena, patientLimits, programRun, readProgram } from "./arena.ts";
import type { ProgramTier } from "./tiers.ts";

/**
 * What many harmless programs print in one run of one sandbox: a tier that starts slowly is started once for all of them. The run is
 * made when the first of its sections is asked for, with the neighbour typing beside it.
 */

export type PortraitPart = readonly [program: string, ...args: string[]];

export interface PortraitPlan {
	readonly parts: readonly PortraitPart[];
	/** What they read. */
	readonly files?: readonly { readonly name: string; readonly content: string }[];
}

export class Portrait {
	readonly #arena: Arena;
	readonly #tier: ProgramTier;
	readonly #plan: () => PortraitPlan;
	#sections: Promise<Map<string, string>> | undefined;

	/** `plan` is called once the server runs: what some of the programs look for is made at its first start. */
	constructor(arena: Arena, tier: ProgramTier, plan: () => PortraitPlan) {
		this.#arena = arena;
		this.#tier = tier;
		this.#plan = plan;
	}

	/** What that program printed. */
	async section(program: string): Promise<string> {
		this.#sections ??= this.#take();
		const text = (await this.#sections).get(program);
		assert.ok(text !== undefined, `${program} is no part of this portrait`);
		return text;
	}

	async #take(): Promise<Map<string, string>> {
		const { parts, files: more = [] } = this.#plan();
		const { files = [], ...rest } = programRun(
			"in-turn.py",
			parts.map((part) => part.join("|")),
		);
		const names = [...new Set(parts.map(([program]) => program))];
		const programs = [...names, "probing.py"].map((name) => ({ name, content: readProgram(name) }));
		const { run, exit } = await this.#arena.attack({
			tier: this.#tier,
			run: { ...rest, files: [...files, ...programs, ...more], limits: patientLimits },
		});
		assert.deepEqual(exit.outcome, { kind: "exited", code: 0 }, run.text);
		const sections = new Map<string, string>();
		for (const section of run.text.split(/^## /m).slice(1)) {
			const at = section.indexOf("\n");
			sections.set(section.slice(0, at), section.slice(at + 1));
		}
		assert.ok(sections.has("end"), run.text);
		return sections;
	}
}
