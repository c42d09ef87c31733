import { useEffect, useState } from "react";
import type { AttackProgram } from "../../protocol/attack-programs.ts";
import { fetchAttackPrograms } from "./attack-programs.ts";

const retryMs = 5_000;

/** Owns the programs that can be tried; empty until they have come. They do not change while a server runs. */
export function useAttackPrograms(): readonly AttackProgram[] {
	const [programs, setPrograms] = useState<readonly AttackProgram[]>([]);
	useEffect(() => {
		const controller = new AbortController();
		let timer: ReturnType<typeof setTimeout> | undefined;
		const load = async (): Promise<void> => {
			try {
				setPrograms(await fetchAttackPrograms(controller.signal));
			} catch (error) {
				if (controller.signal.aborted) return;
				console.info("The attack programs did not come.", error);
				timer = setTimeout(() => void load(), retryMs);
			}
		};
		void load();
		return () => {
			controller.abort();
			clearTimeout(timer);
		};
	}, []);
	return programs;
}
