import { randomBytes } from "node:crypto";
import { type ServerProcess, startSandglass, waitUntil } from "../e2e/server-process.ts";
import { isAllReady, type Programs, programsOf, readCatalogue, readHealth } from "./programs.ts";

/** The product as a user starts it, with room for everybody, and under a name and a temporary folder of its own. */

const compileWallMs = 60_000;
const idleWallMs = 20_000;
const totalWallMs = 60_000;
/** A place in the queue, the start, and the end that is told, on a machine that is kept busy. */
const slackMs = 20_000;
/** All limits of a run together, with the slack. */
export const longestRunMs = compileWallMs + totalWallMs + slackMs;

const settings = {
	SANDGLASS_VISITOR_RUNS_PER_MINUTE: "100000",
	SANDGLASS_VISITOR_SECONDS_PER_HOUR: "10000000",
	SANDGLASS_ADDRESS_SESSIONS: "100000",
	SANDGLASS_ADDRESS_RUNS_PER_MINUTE: "1000000",
	SANDGLASS_ADDRESS_SECONDS_PER_HOUR: "100000000",
	SANDGLASS_ADDRESS_CONNECTIONS: "100000",
	SANDGLASS_ANONYMOUS_API: "open",
	SANDGLASS_COMPILE_WALL_MS: String(compileWallMs),
	SANDGLASS_IDLE_WALL_MS: String(idleWallMs),
	SANDGLASS_TOTAL_WALL_MS: String(totalWallMs),
};
const settleTimeoutMs = 600_000;
const missingTimeoutMs = 90_000;
/** The grace time of a session whose page is never heard of again, and a little. */
const restTimeoutMs = 60_000;

export interface SoakServer {
	readonly process: ServerProcess;
	readonly programs: Programs;
}

/** Waits until every image is there and every tier of `tiers` has been judged; what did not pass or is not to be had is left out. */
export async function startSoakServer(tiers: readonly string[], temporaryDir: string): Promise<SoakServer> {
	const server = await startSandglass({
		env: {
			...settings,
			SANDGLASS_INSTANCE: `soak-${randomBytes(5).toString("hex")}`,
			SANDGLASS_TIERS: tiers.join(","),
			TMPDIR: temporaryDir,
		},
	});
	try {
		const areJudged = async (): Promise<boolean> => {
			const catalogue = await readCatalogue(server.url);
			return isAllReady(catalogue) && !catalogue.tiers.some(({ state }) => state === "checking");
		};
		// A tier whose first image is being built is missing until then, as is one that this machine cannot have.
		await isSoIn(async () => !(await readCatalogue(server.url)).tiers.some(({ state }) => state === "missing"), missingTimeoutMs);
		await waitUntil(areJudged, `every language is ready, every tier judged; the server printed:\n${server.printed()}`, settleTimeoutMs);
		return { process: server, programs: programsOf(await readCatalogue(server.url), await readHealth(server.url)) };
	} catch (error) {
		await server.stop();
		throw error;
	}
}

/** Waits until nobody is there and nobody's sandbox is held. Resolves to what is still there when the time is up. */
export async function waitForRest(url: string): Promise<string[]> {
	let left = "nothing was said";
	const isAtRest = async (): Promise<boolean> => {
		const { gateway, queue } = await readHealth(url);
		left = `${gateway.connections} connections, ${gateway.sessions} sessions, ${queue.inUse} sandboxes in use, ${queue.waiting} waiting`;
		return gateway.connections + gateway.sessions + queue.inUse + queue.waiting === 0;
	};
	return (await isSoIn(isAtRest, restTimeoutMs)) ? [] : [left];
}

/** False: not within that time. */
function isSoIn(isSo: () => Promise<boolean>, timeoutMs: number): Promise<boolean> {
	return waitUntil(isSo, "so", timeoutMs).then(
		() => true,
		() => false,
	);
}
