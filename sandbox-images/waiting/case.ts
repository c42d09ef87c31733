import type { Program } from "../contract-sandbox.ts";

/** A program that must do the same whether its interpreter was started for it or has waited for it. It prints nothing that two fresh runs would print differently. */
export interface Case {
	readonly name: string;
	readonly content: string;
	/** Other files of the program. */
	readonly beside?: Program["files"];
	readonly arguments?: readonly string[];
	/** What is typed, and after which output. Without any, the input ends at once. */
	readonly dialogue?: Program["dialogue"];
	/** Default: both. */
	readonly modes?: readonly Program["mode"][];
	/** How long one that waits does so. Default: as long as a start takes. */
	readonly heldAfterMs?: number;
}

/** `name: content` each, for what needs no more. */
export const plain = (programs: Readonly<Record<string, string>>): Case[] =>
	Object.entries(programs).map(([name, content]) => ({ name, content }));
