import { useCallback, useEffect, useRef, useState } from "react";

export interface Toast {
	readonly sentence: string;
	readonly undo: (() => void) | null;
	/** What the button says. Default: "Undo". */
	readonly undoLabel?: string;
	/** True: until it is dismissed, for what the reader did not do on this page and may not be looking at. */
	readonly stays?: boolean;
}

/** Long enough to read it and to reach the button by keyboard. */
const toastMs = 10_000;

/** Owns the one short message at the page's foot; a newer one takes the older one's place. */
export function useToast(): { toast: Toast | null; show: (toast: Toast) => void; dismiss: () => void } {
	const [toast, setToast] = useState<Toast | null>(null);
	const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
	const dismiss = useCallback(() => {
		clearTimeout(timer.current);
		setToast(null);
	}, []);
	const show = useCallback((next: Toast) => {
		clearTimeout(timer.current);
		setToast(next);
		if (next.stays !== true) timer.current = setTimeout(() => setToast(null), toastMs);
	}, []);
	useEffect(() => () => clearTimeout(timer.current), []);
	return { toast, show, dismiss };
}
