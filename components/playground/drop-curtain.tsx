import { useEffect, useRef, useState } from "react";
import styles from "./playground.module.css";

interface DropCurtainProps {
	/** null: they were opened; else why they were not. */
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
			latest.current
				.onFiles(Array.from(event.dataTransfer?.files ?? []))
				.then((problem) => {
					if (problem !== null) latest.current.onProblem(`${problem} Nothing was changed.`);
				})
				.catch((error: unknown) => {
					console.info("What was dropped could not be opened.", error);
					latest.current.onProblem("What opens files could not be fetched. Nothing was changed.");
				});
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
