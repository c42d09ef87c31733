import { setTimeout as pause } from "node:timers/promises";
import { makeDice } from "../seed.ts";
import { caller } from "./caller.ts";
import { hostilePeople } from "./hostile.ts";
import { leaver, reconnecter, typist } from "./readers.ts";
import type { Person, Visit } from "./visit.ts";

/** Everybody at once: a bounded number of places, at each one visit after the other until the time is up. */

const peaceful: readonly Person[] = [typist, typist, typist, caller, caller, reconnecter, reconnecter, leaver];
/** Of the places: enough to be felt by the others, and not so many that nobody else gets through on two cores. */
const hostileShare = 1 / 4;
const restMs = { least: 100, most: 1_000 };

/** Every kind, once. */
export const kinds: readonly string[] = [...new Set([...peaceful, ...hostilePeople].map(({ name }) => name))];

export interface Crowd {
	readonly seed: number;
	readonly people: number;
	readonly untilMs: number;
	readonly world: Omit<Visit, "dice">;
}

/** Resolves when the time is up and the last visit has ended. */
export async function letIn({ seed, people, untilMs, world }: Crowd): Promise<void> {
	const hostilePlaces = Math.floor(people * hostileShare);
	const visitAgain = async (place: number): Promise<void> => {
		const dice = makeDice(seed, place);
		const kindsHere = place < hostilePlaces ? hostilePeople : peaceful;
		// The first visits go through all kinds, so that a short soak misses none.
		for (let visits = 0; world.now() < untilMs; visits++) {
			const drawn = dice.pick(kindsHere);
			const person = visits < kindsHere.length ? (kindsHere[(place + visits) % kindsHere.length] ?? drawn) : drawn;
			await person.visit({ ...world, dice });
			await pause(dice.between(restMs.least, restMs.most));
		}
	};
	await Promise.all(Array.from({ length: people }, (_, place) => visitAgain(place)));
}
