import { type Dispatch, type SetStateAction, useEffect, useRef } from "react";
import type { CatalogueLanguage } from "../../protocol/catalogue.ts";
import type { Toast } from "../notice/use-toast.ts";
import type { Work } from "../storage/work.ts";

interface TrialParts {
	/** null until it can be changed. */
	readonly work: Work | null;
	readonly languages: readonly CatalogueLanguage[];
	readonly setWork: Dispatch<SetStateAction<Work | null>>;
	readonly show: (toast: Toast) => void;
}

/**
 * Opens the attack that the address asks for, `/?try=<id>&tier=<tier>`, as the lab's links do: into the editor, never run, and with a
 * way back where it takes the place of what the reader wrote. The code for it is fetched only then.
 */
export function useTrial(parts: TrialParts): void {
	const latest = useRef(parts);
	useEffect(() => {
		latest.current = parts;
	});
	const canOpen = parts.work !== null;
	useEffect(() => {
		if (!canOpen) return;
		const wish = new URLSearchParams(location.search);
		const id = wish.get("try");
		if (id === null) return;
		// Before anything else: a reload must not put the program over what was written since.
		history.replaceState(history.state, "", location.pathname);
		const open = async (): Promise<void> => {
			const [trials, { fetchAttackPrograms }] = await Promise.all([import("../lab/open-trial.ts"), import("../lab/attack-programs.ts")]);
			const programs = await fetchAttackPrograms();
			const { work, languages, setWork, show } = latest.current;
			const trial = trials.findTrial({ id, tier: wish.get("tier") ?? "" }, programs, languages);
			if (work === null || trial === null) {
				show({ sentence: "This server has no such attack to open.", undo: null });
				return;
			}
			const isAtStake = trials.isWorkAtStake(work, trial, programs);
			setWork((current) => current && trials.openTrial(current, trial));
			const undo = isAtStake ? () => setWork((current) => current && trials.leaveTrial(current, work, trial)) : null;
			show({ sentence: trials.describeTrial(trial, isAtStake), undo, stays: isAtStake });
		};
		open().catch((error: unknown) => {
			console.info("The attack could not be opened.", error);
			latest.current.show({ sentence: "The attack could not be fetched. Your files are as they were.", undo: null });
		});
	}, [canOpen]);
}
