import { tierTable } from "../../protocol/tiers.ts";
import { sandboxLimits } from "../../server/runner/limits.ts";
import { type Bench, type Findings, imageOf, pythonOf } from "../bench.ts";
import { interleave, type Side } from "../interleave.ts";
import { NativeSide } from "../native/native-side.ts";
import { benchProgram, nativeProgram } from "../programs.ts";
import type { Row } from "../results.ts";
import { DoorPlace } from "../sides/door-place.ts";
import { timeStart } from "../sides/place.ts";

/** What an isolation costs once the program runs: work that stays in the processor, work that asks the kernel, work on files. */

const workloads = {
	"CPU-bound (integer loop)": "total = 0\nfor number in range(3_000_000):\n    total += number * number % 7\nprint(total)\n",
	"system calls (100,000 × getppid)": "import os\nfor _ in range(100_000):\n    os.getppid()\nprint('done')\n",
	"files (2,000 × create, write, read, remove)":
		"import os\nfor number in range(2_000):\n    name = f'file-{number % 50}'\n    with open(name, 'w') as file:\n        file.write('x' * 512)\n    with open(name) as file:\n        file.read()\n    os.remove(name)\nprint('done')\n",
} as const;

const tiers = ["container", "gvisor", "microvm"] as const;

export async function measureTierWorkloads(bench: Bench): Promise<Findings> {
	const toolchain = pythonOf(bench);
	const rows: Row[] = [];
	for (const [title, content] of Object.entries(workloads)) {
		bench.say(`tiers · ${title}`);
		const program = benchProgram(bench.config, toolchain, "pipes", content);
		const places: DoorPlace[] = [];
		const native = await NativeSide.open({
			docker: bench.docker,
			image: imageOf(bench, toolchain),
			environment: program.plan.environment,
			workspaceBytes: sandboxLimits(bench.config, toolchain.limits).workspaceBytes,
		});
		try {
			const rival = `${title}, native`;
			const sides: Side[] = [{ name: rival, take: () => native.measure(nativeProgram(program), "pipes") }];
			for (const tier of tiers.filter((it) => bench.offeredTiers.includes(it) && toolchain.tiers.includes(it))) {
				const place = new DoorPlace(bench.warm.socketPath, toolchain, tier);
				places.push(place);
				await place.claimed;
				sides.push({ name: `${title}, ${tierTable[tier].name}`, take: () => timeStart(place, program) });
			}
			const effort = bench.isQuick
				? { rounds: 1, takesPerRound: 1, warmUpTakes: 0, pauseMs: 20 }
				: { rounds: 3, takesPerRound: 3, warmUpTakes: 1, pauseMs: 20 };
			const summaries = await interleave(sides, effort);
			for (const [at, { name }] of sides.entries()) {
				const summary = summaries[at];
				if (summary !== undefined) rows.push({ name, unit: "ms", summary, ...(at === 0 ? {} : { rival }) });
			}
		} finally {
			await Promise.all(places.map((place) => place.close()));
			await native.close();
		}
	}
	return {
		sections: [
			{
				title: "What an isolation costs a program that is running (Python, from Run to its one line at the end)",
				note: "The sandbox has one core; the native side has the whole machine and the same root file system.",
				rows,
			},
		],
		targets: [],
	};
}
