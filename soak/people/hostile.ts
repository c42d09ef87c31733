import { setTimeout as pause } from "node:timers/promises";
import type { Outcome } from "../../protocol/outcome.ts";
import { attend, type Person, type Visit } from "./visit.ts";

/** People who mean harm, or whose page hangs. Each of their programs meets a limit, and is told so; nothing of it may be lost. */

interface Attack {
	readonly name: string;
	readonly source: string;
	/** What the container makes of it, one of these; other walls may meet another limit first, or the program's own end. */
	readonly meets: readonly Extract<Outcome, { kind: "limited" }>["limit"][];
	/** It goes on for ever, and only its time ends it. */
	readonly isEndless?: true;
	/** How long the page reads nothing, at most. */
	readonly stallsMs?: number;
}

/** What would go on until its time is up is given less of it than readers have, so that a soak sees many. */
const shortLimits = { idleWallMs: 5_000 };

const attacks: readonly Attack[] = [
	{ name: "flooder", source: 'import sys\nwhile True:\n    sys.stdout.write("flood " * 100 + "\\n")\n', meets: ["output"] },
	{
		name: "fork bomber",
		source: "import os\nwhile True:\n    try:\n        os.fork()\n    except OSError:\n        pass\n",
		meets: ["idleWall", "memory", "cpu"],
		isEndless: true,
	},
	{ name: "memory bomber", source: 'held = []\nwhile True:\n    held.append(b"x" * (1 << 20))\n', meets: ["memory"] },
	{
		name: "staller",
		source: 'while True:\n    print("unread " * 100)\n',
		meets: ["idleWall", "output"],
		isEndless: true,
		stallsMs: 8_000,
	},
];

function isExpected({ meets }: Attack, tier: string): (outcome: Outcome) => boolean {
	return (outcome) => (tier === "container" ? outcome.kind === "limited" && meets.includes(outcome.limit) : outcome.kind !== "lost");
}

async function visitWith(visit: Visit, attack: Attack): Promise<void> {
	const place = visit.dice.pick(visit.programs.hostile);
	const stallMs = attack.stallsMs === undefined ? 0 : visit.dice.between(1_000, attack.stallsMs);
	const order = {
		...place,
		files: [{ name: "main.py", content: attack.source }],
		...(attack.isEndless === true ? { limits: shortLimits } : {}),
	};
	await attend(visit, attack.name, order, isExpected(attack, place.tier), async (run, client) => {
		if (stallMs === 0) return undefined;
		await run.waitForStart();
		client.pause();
		await pause(stallMs);
		client.resume();
		return undefined;
	});
}

export const hostilePeople: readonly Person[] = attacks.map((attack) => ({
	name: attack.name,
	visit: (visit) => visitWith(visit, attack),
}));
