import type { Block } from "./block.ts";
import { button, element, shadow } from "./elements.ts";
import { readLook } from "./look.ts";

/**
 * What stands under a block: the room that the frame will need below the code, opened at the click. The frame lies over block and room. The block keeps its
 * place and is made invisible, never moved or removed: it may be a framework's, and what does not move does not count as a layout shift.
 */

export interface Panel {
	/** Under the block, without a gap. */
	show(node: Node): void;
	/** A sentence, and perhaps a way to try again. */
	say(sentence: string, onAgain?: () => void): void;
	/** A frame that cannot be seen yet, over the room that it will need. */
	prepare(frame: HTMLElement): void;
	/** The frame stands where block and panel stood. */
	takePlace(frame: HTMLElement): void;
	/** It only grows: what shrinks moves the page as well. */
	grow(heightPx: number): void;
	/** The block is what it was. */
	giveBack(): void;
}

/** Room for the frame's output, opened at the click. */
const roomPx = 270;

/** The frame never grows over `maxHeightPx`, unless its block is higher already. */
export function createPanel(block: Block, styles: CSSStyleSheet, maxHeightPx: number): Panel {
	const { element: shown, code } = block;
	const host = document.createElement("div");
	const root = shadow(host, "panel", styles);
	const { style } = host;
	/** Of the block, before it was hidden; null: it is not. */
	let visibility: string | null = null;

	const show = (node: Node): void => {
		root.replaceChildren(node);
		if (host.isConnected) return;
		const { marginBottom, marginLeft, marginRight } = getComputedStyle(shown);
		const { fontSize, lineHeight, fontFamily } = getComputedStyle(code);
		const { background = "", foreground = "" } = readLook(block).look;
		style.margin = `calc(-1*${marginBottom}) ${marginRight} ${marginBottom} ${marginLeft}`;
		style.borderRadius = [shown, block.pre, code].map((it) => getComputedStyle(it).borderRadius).find((it) => it !== "0px") ?? "";
		style.setProperty("--back", background);
		style.setProperty("--fore", foreground);
		style.setProperty("--font", `${fontSize}/${lineHeight} ${fontFamily}`);
		shown.after(host);
	};
	const say = (sentence: string, onAgain?: () => void): void => {
		const bar = element("div", "bar", element("span", "", new Text(sentence)));
		bar.role = "status";
		if (onAgain !== undefined) bar.append(button("Try again", "Try again", onAgain));
		show(bar);
	};
	return {
		show,
		say,
		prepare(frame) {
			const heightPx = Math.max(host.offsetHeight, Math.min(roomPx, maxHeightPx - shown.offsetHeight));
			say("Starting …");
			root.append(frame);
			frame.className = "waiting";
			style.height = `${heightPx}px`;
			frame.style.height = `calc(100% + ${shown.offsetHeight}px)`;
		},
		takePlace(frame) {
			root.firstChild?.remove();
			visibility = shown.style.visibility;
			shown.style.setProperty("visibility", "hidden", "important");
			frame.className = "";
		},
		grow(heightPx) {
			const grownPx = Math.min(heightPx, maxHeightPx) - shown.offsetHeight;
			if (visibility !== null && grownPx > host.offsetHeight) style.height = `${grownPx}px`;
		},
		giveBack() {
			host.remove();
			style.cssText = "";
			if (visibility !== null) shown.style.visibility = visibility;
			visibility = null;
		},
	};
}
