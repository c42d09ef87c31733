import { type ReactNode, useEffect, useId, useRef } from "react";
import styles from "./share.module.css";

interface SheetProps {
	readonly title: string;
	readonly onClose: () => void;
	readonly children: ReactNode;
}

/** The browser's own modal dialog: it holds the focus, closes on Escape, and gives the focus back. Shown as long as it is mounted. */
export function Sheet({ title, onClose, children }: SheetProps) {
	const dialog = useRef<HTMLDialogElement>(null);
	const titleId = useId();
	useEffect(() => {
		const element = dialog.current;
		if (element !== null && !element.open) element.showModal();
		// Taken away while it is open it would not give the focus back.
		return () => element?.close();
	}, []);
	return (
		// biome-ignore lint/a11y/useKeyWithClickEvents: the keyboard's way to close it is Escape, which the browser gives
		<dialog
			ref={dialog}
			className={styles.sheet}
			aria-labelledby={titleId}
			onClose={onClose}
			onClick={(event) => {
				if (event.target === dialog.current) dialog.current.close();
			}}
		>
			<div className={styles.sheetBody}>
				<header className={styles.sheetHead}>
					<h2 id={titleId} className={styles.sheetTitle}>
						{title}
					</h2>
					<button type="button" className={styles.close} aria-label="Close" onClick={() => dialog.current?.close()}>
						×
					</button>
				</header>
				{children}
			</div>
		</dialog>
	);
}
