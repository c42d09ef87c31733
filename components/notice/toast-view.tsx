import styles from "./notice.module.css";
import type { Toast } from "./use-toast.ts";

interface ToastViewProps {
	readonly toast: Toast | null;
	readonly onDismiss: () => void;
}

export function ToastView({ toast, onDismiss }: ToastViewProps) {
	return (
		<div className={styles.toasts} aria-live="polite">
			{toast !== null && (
				<div className={styles.toast}>
					<span>{toast.sentence}</span>
					{toast.undo !== null && (
						<button
							type="button"
							className={styles.undo}
							onClick={() => {
								toast.undo?.();
								onDismiss();
							}}
						>
							{toast.undoLabel ?? "Undo"}
						</button>
					)}
					<button type="button" className={styles.close} aria-label="Dismiss" onClick={onDismiss}>
						×
					</button>
				</div>
			)}
		</div>
	);
}
