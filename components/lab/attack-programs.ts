import { type AttackProgram, AttackPrograms, attackProgramsPath } from "../../protocol/attack-programs.ts";

export async function fetchAttackPrograms(signal?: AbortSignal): Promise<readonly AttackProgram[]> {
	const response = await fetch(attackProgramsPath, { signal: signal ?? null, headers: { accept: "application/json" } });
	if (!response.ok) throw new Error(`The attack programs were answered with status ${response.status}.`);
	return AttackPrograms.parse(await response.json()).programs;
}
