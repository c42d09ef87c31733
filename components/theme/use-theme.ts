import { useCallback, useSyncExternalStore } from "react";
import { ThemeChoice, themeStorageKey } from "./theme-choice.ts";

export interface Theme {
	readonly choice: ThemeChoice;
	/** What is on the screen. */
	readonly isDark: boolean;
	choose(choice: ThemeChoice): void;
}

const darkQuery = "(prefers-color-scheme: dark)";
const changeEvent = "sandglass-theme";

function subscribe(listener: () => void): () => void {
	const media = matchMedia(darkQuery);
	media.addEventListener("change", listener);
	addEventListener(changeEvent, listener);
	return () => {
		media.removeEventListener("change", listener);
		removeEventListener(changeEvent, listener);
	};
}

/** The root element's attribute is the truth: the inline script has set it before React came. */
function readChoice(): ThemeChoice {
	const parsed = ThemeChoice.safeParse(document.documentElement.dataset.theme);
	return parsed.success ? parsed.data : "system";
}

function readIsDark(): boolean {
	const choice = readChoice();
	return choice === "system" ? matchMedia(darkQuery).matches : choice === "dark";
}

/** Owns the colour scheme: what was chosen, what shows, and remembering it. */
export function useTheme(): Theme {
	const choice = useSyncExternalStore<ThemeChoice>(subscribe, readChoice, () => "system");
	const isDark = useSyncExternalStore(subscribe, readIsDark, () => false);
	const choose = useCallback((next: ThemeChoice) => {
		const { dataset } = document.documentElement;
		if (next === "system") delete dataset.theme;
		else dataset.theme = next;
		try {
			localStorage.setItem(themeStorageKey, next);
		} catch (error) {
			console.info("This browser keeps nothing for this page; the theme lasts until it is closed.", error);
		}
		dispatchEvent(new Event(changeEvent));
	}, []);
	return { choice, isDark, choose };
}
