import { useEffect, useRef } from "react";

/** Ctrl/Cmd+Enter and Ctrl/Cmd+. anywhere on the page. Monaco, which keeps keys to itself, has its own bindings for them. */
export function useShortcuts(onRun: () => void, onStop: () => void): void {
	const latest = useRef({ onRun, onStop });
	useEffect(() => {
		latest.current = { onRun, onStop };
	});
	useEffect(() => {
		const onKeyDown = (event: KeyboardEvent): void => {
			if (!(event.ctrlKey || event.metaKey) || event.altKey || event.defaultPrevented) return;
			if (event.key === "Enter") latest.current.onRun();
			else if (event.key === ".") latest.current.onStop();
			else return;
			event.preventDefault();
		};
		addEventListener("keydown", onKeyDown);
		return () => removeEventListener("keydown", onKeyDown);
	}, []);
}
