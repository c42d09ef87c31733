import { type ComponentType, type Dispatch, type SetStateAction, useEffect, useState } from "react";
import type { CatalogueLanguage, CatalogueTier } from "../../protocol/catalogue.ts";
import type { Toast } from "../notice/use-toast.ts";
import type { RunState } from "../session/session-state.ts";
import type { OpenDialogProps } from "../share/open-dialog.tsx";
import type { ProgramOnPage } from "../share/program-draft.ts";
import type { RunRecorder } from "../share/run-recorder.ts";
import type { ShareDialogProps } from "../share/share-dialog.tsx";
import type { Work } from "../storage/work.ts";
import { DropCurtain } from "./drop-curtain.tsx";
import { useOpening } from "./use-opening.ts";
import { useTrial } from "./use-trial.ts";

/** Which dialog the reader asked for. */
export type ExchangeWish = "nothing" | "open" | "share";

export interface ExchangeProps {
	/** null until it can be changed. */
	readonly work: Work | null;
	readonly languages: readonly CatalogueLanguage[];
	readonly tiers: readonly CatalogueTier[];
	readonly setWork: Dispatch<SetStateAction<Work | null>>;
	readonly show: (toast: Toast) => void;
	/** null: there is none that could be shared. */
	readonly program: ProgramOnPage | null;
	readonly recorder: RunRecorder;
	readonly run: RunState;
	/** Sites from which a text may be fetched and opened. */
	readonly openHosts: readonly string[];
	readonly wish: ExchangeWish;
	/** The dialog is closed, or could not be opened. */
	readonly onEnd: () => void;
}

type Dialogs = { readonly Open: ComponentType<OpenDialogProps>; readonly Share: ComponentType<ShareDialogProps> };

async function fetchDialogs(): Promise<Dialogs> {
	const [{ OpenDialog }, { ShareDialog }] = await Promise.all([import("../share/open-dialog.tsx"), import("../share/share-dialog.tsx")]);
	return { Open: OpenDialog, Share: ShareDialog };
}

/** How programs come onto the page and leave it: links, the lab's attacks, files that are dropped, and two dialogs, whose code is fetched when one is asked for. */
export function Exchange(props: ExchangeProps) {
	const { work, languages, tiers, setWork, show, program, recorder, run, openHosts, wish, onEnd } = props;
	const opening = useOpening({ work, languages, tiers, setWork, show });
	useTrial({ work, languages, setWork, show });
	const [dialogs, setDialogs] = useState<Dialogs | null>(null);
	const isWanted = wish !== "nothing" && dialogs === null;
	useEffect(() => {
		if (!isWanted) return;
		fetchDialogs()
			.then(setDialogs)
			.catch((error: unknown) => {
				console.info("The dialog could not be fetched.", error);
				show({ sentence: "The server cannot be reached, so this could not be opened. Nothing you wrote is gone.", undo: null });
				onEnd();
			});
	}, [isWanted, onEnd, show]);
	return (
		<>
			{dialogs !== null && wish === "share" && program !== null && <dialogs.Share {...{ program, recorder, run }} onClose={onEnd} />}
			{dialogs !== null && wish === "open" && (
				<dialogs.Open opening={opening} hosts={openHosts} hasEarlier={work?.earlier !== undefined} onClose={onEnd} />
			)}
			<DropCurtain onFiles={opening.openFiles} onProblem={(sentence) => show({ sentence, undo: null, stays: true })} />
		</>
	);
}
