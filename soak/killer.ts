import { setTimeout as pause } from "node:timers/promises";
import { type ServerProcess, waitUntil } from "../e2e/server-process.ts";
import type { Outage } from "./ledger.ts";
import { isAllReady, offeredTiers, readCatalogue, readHealth } from "./programs.ts";
import type { Dice } from "./seed.ts";
import type { Victim } from "./victims.ts";

/** One thing after the other is killed with SIGKILL, and is waited for. */

export interface Kill {
	readonly what: string;
	/** null: it was killed, and all was there again in time. Else what did not happen. */
	readonly fault: string | null;
	/** Why nothing was killed; null: it was. */
	readonly spared: string | null;
}

export interface Killer {
	readonly server: ServerProcess;
	readonly victims: readonly Victim[];
	readonly dice: Dice;
	readonly intervalMs: number;
	readonly untilMs: number;
	readonly tiers: readonly string[];
	readonly now: () => number;
	readonly say: (line: string) => void;
}

/** A process of ours, or the engine. A runner serves once the engine has removed all that the last one left, which takes as long as the engine is busy. */
const hereAgainMs = 180_000;
/** Every tier's walls have been tried anew, on a machine that is kept busy. */
const offeredAgainMs = 240_000;

export interface Killed {
	readonly kills: readonly Kill[];
	readonly outages: readonly Outage[];
}

export async function killInTurn(killer: Killer): Promise<Killed> {
	const { victims, intervalMs, untilMs, now } = killer;
	const kills: Kill[] = [];
	const outages: Outage[] = [];
	for (let turn = 0; ; turn++) {
		const victim = victims[turn % victims.length];
		const atMs = now() + intervalMs;
		// The last people shall meet a server that is whole.
		if (victim === undefined || atMs >= untilMs) return { kills, outages };
		await pause(intervalMs);
		kills.push(await killOne(killer, victim, outages));
	}
}

async function killOne(killer: Killer, victim: Victim, outages: Outage[]): Promise<Kill> {
	const { server, now, say } = killer;
	const pid = await victim.find(killer.dice);
	if (typeof pid === "string") {
		say(`killing ${victim.name}: ${pid}`);
		return { what: victim.name, fault: null, spared: pid };
	}
	const outage = { what: victim.name, fromMs: now(), hereAgainMs: null as number | null, offeredAgainMs: null as number | null };
	outages.push(outage);
	const answer = kill(pid);
	if (answer !== null) {
		outages.pop();
		return { what: victim.name, fault: null, spared: answer };
	}
	try {
		await waitUntil(() => isHere(server, victim, pid), `${victim.name} is there again`, hereAgainMs);
		outage.hereAgainMs = now();
		await waitUntil(() => areOffered(server, killer.tiers), `everything is on offer again after ${victim.name}`, offeredAgainMs);
		outage.offeredAgainMs = now();
	} catch (error) {
		const fault = error instanceof Error ? error.message : String(error);
		say(`killed ${victim.name}: ${fault}`);
		return { what: victim.name, fault, spared: null };
	}
	const seconds = (untilMs: number): string => ((untilMs - outage.fromMs) / 1_000).toFixed(1);
	say(`killed ${victim.name}: there again after ${seconds(outage.hereAgainMs)} s, all on offer after ${seconds(outage.offeredAgainMs)} s`);
	return { what: victim.name, fault: null, spared: null };
}

/** null, or that it had ended by itself. */
function kill(pid: number): string | null {
	try {
		process.kill(pid, "SIGKILL");
		return null;
	} catch (error) {
		if (error instanceof Error && "code" in error && error.code === "ESRCH") return "it had ended already";
		throw error;
	}
}

/** Another one has taken its place, and the server says of itself that all its parts are up. */
async function isHere(server: ServerProcess, victim: Victim, killed: number): Promise<boolean> {
	if (!victim.isBack(killed)) return false;
	const health = await readHealth(server.url).catch(() => null);
	return health?.runner === "up" && health.engine === "up";
}

async function areOffered(server: ServerProcess, tiers: readonly string[]): Promise<boolean> {
	const catalogue = await readCatalogue(server.url).catch(() => null);
	if (catalogue === null) return false;
	const offered = offeredTiers(catalogue);
	return tiers.every((tier) => offered.includes(tier)) && isAllReady(catalogue);
}
