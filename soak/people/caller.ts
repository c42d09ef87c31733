import { ApiRunResult, runPath } from "../../protocol/api.ts";
import { ApiProblem } from "../../protocol/api-problem.ts";
import { describeLast } from "../last-words.ts";
import type { Fate } from "../ledger.ts";
import { chooseProgram, endsWell, minded, type Person } from "./visit.ts";

/** A program that asks the HTTP interface for one run, and reads the whole answer. */

const answerOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

export const caller: Person = {
	name: "caller",
	async visit(visit) {
		const program = chooseProgram(visit);
		const { language, version, tier, files } = program;
		const name = visit.dice.word(6);
		const record = visit.ledger.open({ person: this.name, language, tier, expects: endsWell(tier) });
		let text: string;
		let status: number;
		try {
			const asked = fetch(new URL(runPath, visit.url), {
				method: "POST",
				headers: { "Content-Type": "application/json" },
				body: JSON.stringify({ language, version, tier, files, stdin: `${name}\n` }),
				signal: AbortSignal.timeout(visit.longestRunMs),
			});
			const response = await minded(asked, visit, program);
			status = response.status;
			text = await response.text();
		} catch (error) {
			// Without an answer in time the record stays open, which is a fault.
			if (error instanceof Error && error.name === "TimeoutError") return;
			return record.end({ kind: "closed", closeCode: null });
		}
		record.end(readAnswer(status, text, name));
	},
};

function readAnswer(status: number, text: string, name: string): Fate {
	try {
		if (status !== 200) return { kind: "refused", code: ApiProblem.parse(JSON.parse(text)).code };
		const { outcome, program } = ApiRunResult.parse(JSON.parse(text));
		if (outcome.kind === "exited" && program?.stdout.includes(name) !== true)
			return { kind: "wrong", what: `the answer does not hold the name that was sent: ${text.slice(0, 300)}` };
		return { kind: "exit", outcome, seen: describeLast(program, program === null ? "" : program.stdout + program.stderr) };
	} catch (error) {
		return { kind: "wrong", what: `status ${status} with an answer of no known form (${answerOf(error)}): ${text.slice(0, 300)}` };
	}
}
