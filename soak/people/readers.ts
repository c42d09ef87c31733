import { setTimeout as pause } from "node:timers/promises";
import {
	attend,
	chooseProgram,
	endsWell,
	enterWatched,
	minded,
	type Person,
	reconnectPatiently,
	typeWatched,
	waitForPrompt,
} from "./visit.ts";

/** People at a terminal who mean no harm. */

const nameLength = 6;

/** Types a name, watches each key's echo, reads the answer. */
export const typist: Person = {
	name: "typist",
	async visit(visit) {
		const program = chooseProgram(visit);
		const name = visit.dice.word(nameLength);
		await attend(visit, this.name, program, endsWell(program.tier), async (run) => {
			await waitForPrompt(run, visit, program);
			await typeWatched(run, name);
			await enterWatched(run, name);
			await minded(run.ended, visit, program);
			return undefined;
		});
	},
};

/** Goes in mid-run: closes the tab, or is never heard of again. */
export const leaver: Person = {
	name: "leaver",
	async visit(visit) {
		const program = chooseProgram(visit);
		const doesSayGoodbye = visit.dice.below(2) === 0;
		const doesWait = visit.dice.below(3) > 0;
		await attend(
			visit,
			this.name,
			program,
			() => true,
			async (run, client) => {
				if (doesWait) await waitForPrompt(run, visit, program);
				if (!doesSayGoodbye) client.drop();
				return "left";
			},
		);
	},
};

/** Loses the connection between two keys, comes back, and goes on where he was. */
export const reconnecter: Person = {
	name: "reconnecter",
	async visit(visit) {
		const program = chooseProgram(visit);
		const [before, after] = [visit.dice.word(nameLength / 2), visit.dice.word(nameLength / 2)];
		const awayMs = visit.dice.between(0, 2_000);
		await attend(visit, this.name, program, endsWell(program.tier), async (run, client) => {
			await waitForPrompt(run, visit, program);
			await typeWatched(run, before);
			client.drop();
			// Typed into the dead page: it has to arrive once, and in its place.
			run.type(after);
			await pause(awayMs);
			await reconnectPatiently(client);
			await enterWatched(run, before + after);
			await minded(run.ended, visit, program);
			return undefined;
		});
	},
};
