import type { Block } from "./block.ts";
import { button, name, shadow } from "./elements.ts";

/** The buttons in a block's corner. They lie inside of the block and take no room, so that nothing on the page moves. */

export interface ControlsOptions {
	readonly block: Block;
	readonly languageName: string;
	readonly isEditable: boolean;
	readonly styles: CSSStyleSheet;
	onRun(): void;
	onEdit(): void;
}

export interface Controls {
	readonly block: HTMLElement;
	readonly host: HTMLElement;
	/** Beside "Run": shows what would move the page. Once. */
	offer(text: string, label: string, onClick: () => void): void;
	relabel(text: string, label: string): void;
	setBusy(isBusy: boolean): void;
}

/** Shorter blocks than this have the copy buttons of their tools in the same corner. */
const shortBlockPx = 76;

export function createControls({ block, languageName, isEditable, styles, onRun, onEdit }: ControlsOptions): Controls {
	const host = document.createElement("span");
	const root = shadow(host, "controls", styles);
	const run = button("▶ Run", `Run this ${languageName} code`, onRun);
	root.append(run);
	if (isEditable) root.append(button("Edit", `Edit this ${languageName} code`, onEdit));
	// In a block that scrolls by itself the buttons would scroll along.
	const { element } = block;
	const stay = (): void => {
		host.style.translate = `${element.scrollLeft}px ${element.scrollTop}px`;
	};
	element.addEventListener("scroll", stay, { passive: true });
	return {
		block: element,
		host,
		offer(text, label, onClick) {
			const more = button(text, label, () => {
				more.remove();
				onClick();
			});
			root.prepend(more);
		},
		relabel: (text, label) => name(run, text, label),
		setBusy(isBusy) {
			run.ariaBusy = String(isBusy);
		},
	};
}

/** Reads all before any block is written to, so that a page of a hundred blocks is laid out once. */
export function attachControls(all: readonly Controls[]): void {
	const measured = all.map(({ block, host }) => ({
		block,
		host,
		isStatic: getComputedStyle(block).position === "static",
		isBeside: block.offsetHeight < shortBlockPx && block.querySelector("button") !== null,
	}));
	for (const { block, host, isStatic, isBeside } of measured) {
		if (isStatic) block.style.position = "relative";
		host.classList.toggle("beside", isBeside);
		block.append(host);
	}
}
