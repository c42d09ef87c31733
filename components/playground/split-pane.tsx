import { type KeyboardEvent, type PointerEvent, type ReactNode, useRef, useState } from "react";
import styles from "./playground.module.css";

interface SplitPaneProps {
	readonly first: ReactNode;
	readonly second: ReactNode;
	/** One above the other instead of side by side. */
	readonly isStacked: boolean;
}

const minPercent = 20;
const maxPercent = 80;
const stepPercent = 4;
const restPercent = 58;

export const separatorId = "editor-terminal-separator";

/** Two rooms and the wall between them, which a pointer drags and the arrow keys move; Enter puts it back. */
export function SplitPane({ first, second, isStacked }: SplitPaneProps) {
	const [percent, setPercent] = useState(restPercent);
	const frame = useRef<HTMLDivElement>(null);
	const move = (next: number) => setPercent(Math.round(Math.min(maxPercent, Math.max(minPercent, next))));
	const onPointerMove = (event: PointerEvent) => {
		const box = frame.current?.getBoundingClientRect();
		if (box === undefined || !event.currentTarget.hasPointerCapture(event.pointerId)) return;
		move(isStacked ? ((event.clientY - box.top) / box.height) * 100 : ((event.clientX - box.left) / box.width) * 100);
	};
	const onKeyDown = (event: KeyboardEvent) => {
		if (event.key === (isStacked ? "ArrowUp" : "ArrowLeft")) move(percent - stepPercent);
		else if (event.key === (isStacked ? "ArrowDown" : "ArrowRight")) move(percent + stepPercent);
		else if (event.key === "Home") move(minPercent);
		else if (event.key === "End") move(maxPercent);
		else if (event.key === "Enter") move(restPercent);
		else return;
		event.preventDefault();
	};
	const tracks = `minmax(0, ${percent}fr) var(--wall) minmax(0, ${100 - percent}fr)`;
	return (
		<div
			ref={frame}
			className={styles.split}
			data-stacked={isStacked}
			style={isStacked ? { gridTemplateRows: tracks } : { gridTemplateColumns: tracks }}
		>
			<div className={styles.pane}>{first}</div>
			<hr
				id={separatorId}
				tabIndex={0}
				aria-label="Size of the editor"
				aria-orientation={isStacked ? "horizontal" : "vertical"}
				aria-valuenow={percent}
				aria-valuemin={minPercent}
				aria-valuemax={maxPercent}
				className={styles.separator}
				onPointerDown={(event) => event.currentTarget.setPointerCapture(event.pointerId)}
				onPointerMove={onPointerMove}
				onDoubleClick={() => move(restPercent)}
				onKeyDown={onKeyDown}
			/>
			<div className={styles.pane}>{second}</div>
		</div>
	);
}
