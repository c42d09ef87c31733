import { type ComponentType, type ReactNode, useCallback, useState } from "react";
import type { Toast } from "../notice/use-toast.ts";
import type { RunState } from "../session/session-state.ts";
import type { OpenDialogProps } from "../share/open-dialog.tsx";
import type { RunRecorder } from "../share/run-recorder.ts";
import type { ShareDialogProps } from "../share/share-dialog.tsx";
import type { Opening } from "./use-opening.ts";
import type { ProgramParts } from "./use-program.ts";

interface DialogParts {
	readonly program: ProgramParts | null;
	readonly recorder: RunRecorder;
	readonly run: RunState;
	readonly opening: Opening;
	/** A program is kept that another took the place of. */
	readonly hasEarlier: boolean;
	readonly show: (toast: Toast) => void;
}

type Shown =
	| { readonly kind: "none" }
	| { readonly kind: "share"; readonly Dialog: ComponentType<ShareDialogProps> }
	| { readonly kind: "open"; readonly Dialog: ComponentType<OpenDialogProps> };

/** Owns which dialog is open. Their code is fetched when one is asked for. */
export function useDialogs(parts: DialogParts): { share: () => void; open: () => void; shown: ReactNode } {
	const { program, recorder, run, opening, hasEarlier, show } = parts;
	const [shown, setShown] = useState<Shown>({ kind: "none" });
	const close = useCallback(() => setShown({ kind: "none" }), []);
	const tell = useCallback(
		(error: unknown) => {
			console.info("The dialog could not be fetched.", error);
			show({ sentence: "The server cannot be reached, so this could not be opened. Nothing you wrote is gone.", undo: null });
		},
		[show],
	);
	const share = useCallback(() => {
		import("../share/share-dialog.tsx").then(({ ShareDialog }) => setShown({ kind: "share", Dialog: ShareDialog })).catch(tell);
	}, [tell]);
	const open = useCallback(() => {
		import("../share/open-dialog.tsx").then(({ OpenDialog }) => setShown({ kind: "open", Dialog: OpenDialog })).catch(tell);
	}, [tell]);
	if (shown.kind === "share" && program !== null) {
		return { share, open, shown: <shown.Dialog {...{ program, recorder, run }} onClose={close} /> };
	}
	if (shown.kind === "open") return { share, open, shown: <shown.Dialog {...{ opening, hasEarlier }} onClose={close} /> };
	return { share, open, shown: null };
}
