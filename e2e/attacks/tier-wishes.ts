import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { waitUntil } from "../server-process.ts";
import { RunRefused } from "../session-run.ts";
import { type Arena, assertRunsAgain, greetingRun, patientLimits, pythonRun } from "./arena.ts";
import { containersOfTier } from "./containers.ts";
import type { Ground, TestMaker } from "./ground.ts";

/** What bad input gets: a tier that is none, is not on offer or does not run the language, and one that dies under a running program. */

export function attackTierChoice(arena: Arena, test: TestMaker): void {
	test("a tier that is unknown, switched off or cannot run the language is refused by name with those that are on offer, and the session runs on", async () => {
		const attacker = await arena.connect();
		const python = greetingRun("container", "hello");
		const wishes: readonly [tier: string, language: string, code: string][] = [
			["docker", "python", "unknownTier"],
			["Container", "python", "unknownTier"],
			["__proto__", "python", "unknownTier"],
			["container ", "python", "unknownTier"],
			["runc", "python", "unknownTier"],
			["baseline-docker-run", "python", "unknownTier"],
			["kata", "python", "tierUnavailable"],
			["deno", "ruby", "tierWithoutLanguage"],
			["isolate", "rust", "tierWithoutLanguage"],
		];
		for (const [tier, language, code] of wishes) {
			const error = await attacker.run({ ...python, language, tier }).exit.then(
				() => assert.fail(`${tier} was taken`),
				(reason: unknown) => reason,
			);
			assert.ok(error instanceof RunRefused, String(error));
			assert.equal(error.code, code, `${tier}: ${error.message}`);
			assert.match(error.field ?? "", /^on offer: /, tier);
		}
		await assertRunsAgain(attacker);
		await attacker.close();
	});
}

export function attackLifeOfTier({ arena, tier, test }: Ground): void {
	test(`a sandbox of ${tier} that is killed from outside under a running program is told as our fault, and the session runs again there`, async () => {
		const marker = `killed-${randomBytes(6).toString("hex")}`;
		const attacker = await arena.connect();
		try {
			await arena.besideNeighbour(async () => {
				const { files = [], ...rest } = greetingRun(tier, "up");
				const [file] = files;
				assert.ok(file !== undefined);
				const waiting =
					rest.language === "python"
						? pythonRun("print('up', flush=True)\ninput()").files
						: [
								{
									...file,
									content:
										rest.language === "c"
											? '#include <stdio.h>\nint main(void) { puts("up"); fflush(stdout); return getchar(); }\n'
											: 'console.log("up");\nsetInterval(() => {}, 1000);\n',
								},
							];
				const run = attacker.run({ ...rest, files: waiting ?? [], limits: patientLimits, arguments: [marker] });
				await run.waitForOutput("up");
				const live = await containersOfTier(arena.server, tier);
				// The neighbour's is a container too, and stays.
				const isOwn = (pids: readonly number[]): boolean =>
					tier !== "container" || pids.some((pid) => readFileSync(`/proc/${pid}/cmdline`, "utf8").includes(marker));
				const own = live.filter(({ pids }) => isOwn(pids));
				assert.ok(own.length > 0);
				for (const { pid } of own) process.kill(pid, "SIGKILL");
				const { outcome, sentence } = await run.exit;
				assert.equal(outcome.kind, "lost", JSON.stringify(outcome));
				assert.match(sentence, /othing you wrote is gone/);
				// Idle ones of the tier were among them; the next run must not be given one that is just dying.
				const areGone = async (): Promise<boolean> => {
					const left = await arena.server.containers();
					return !own.some(({ id }) => left.includes(id));
				};
				await waitUntil(areGone, "what was hit is removed");
				await assertRunsAgain(attacker, tier);
			});
		} finally {
			await attacker.close();
		}
	});
}
