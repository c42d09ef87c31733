import { useEffect, useRef, useState } from "react";
import styles from "./exchange.module.css";

interface DropCurtainProps {
	/** null: they were opened; else why they were not. Never rejects. */
	readonly onFiles: (files: readonly File[]) => Promise<string | null>;
	readonly onProblem: (sentence: string) => void;
}

const hasFiles = (event: DragEvent): boolean => event.dataTransfer?.types.includes("Files") ?? false;

/** Takes files that are dropped anywhere on the page, before the editor or the browser would, and says so while they hover. */
export function DropCurtain({ onFiles, onProblem }: DropCurtainProps) {
	const [isHovering, setIsHovering] = useState(false);
	const latest = useRef({ onFiles, onProblem });
	useEffect(() => {
		latest.current = { onFiles, onProblem };
	});
	useEffect(() => {
		const open = async (files: readonly File[]): Promise<void> => {
			const problem = await latest.current.onFiles(files);
			if (problem !== null) latest.current.onProblem(problem);
		};
		const onOver = (event: DragEvent): void => {
			if (!hasFiles(event)) return;
			event.preventDefault();
			event.stopPropagation();
			setIsHovering(true);
		};
		const onLeave = (event: DragEvent): void => {
			if (event.relatedTarget === null) setIsHovering(false);
		};
		const onDrop = (event: DragEvent): void => {
			setIsHovering(false);
			if (!hasFiles(event)) return;
			event.preventDefault();
			event.stopPropagation();
			void open(Array.from(event.dataTransfer?.files ?? []));
		};
		addEventListener("dragover", onOver, true);
		addEventListener("dragleave", onLeave, true);
		addEventListener("drop", onDrop, true);
		return () => {
			removeEventListener("dragover", onOver, true);
			removeEventListener("dragleave", onLeave, true);
			removeEventListener("drop", onDrop, true);
		};
	}, []);
	return isHovering ? (
		<div className={styles.curtain} aria-hidden>
			<p>Drop files or a zip to open them</p>
		</div>
	) : null;
}
