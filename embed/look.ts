import type { EmbedLook } from "../protocol/embed.ts";
import type { Block } from "./block.ts";

/** The block's look, for the frame and for what is shown under the block. */

export interface BlockLook {
	readonly look: EmbedLook;
	readonly isDark: boolean;
}

type Channels = readonly [red: number, green: number, blue: number, alpha: number];

/** Whatever CSS calls a colour, as the canvas paints it. */
function readColour(colour: string): Channels | null {
	const canvas = document.createElement("canvas");
	canvas.width = canvas.height = 1;
	const context = canvas.getContext("2d");
	if (context === null) return null;
	context.fillStyle = colour;
	context.fillRect(0, 0, 1, 1);
	const [red = 0, green = 0, blue = 0, alpha = 0] = context.getImageData(0, 0, 1, 1).data;
	return [red, green, blue, alpha / 255];
}

/** The first colour from the code outwards that hides what lies under it. */
function backgroundOf(element: HTMLElement): Channels {
	for (let at: HTMLElement | null = element; at !== null; at = at.parentElement) {
		const channels = readColour(getComputedStyle(at).backgroundColor);
		if (channels !== null && channels[3] > 0.5) return channels;
	}
	return [255, 255, 255, 1];
}

const rgb = ([red, green, blue]: Channels): string => `rgb(${red}, ${green}, ${blue})`;

const within = (value: number | string, least: number, most: number): number | undefined => {
	const px = Number.parseFloat(`${value}`);
	return px >= least && px <= most ? px : undefined;
};

/** An inline `code` has no padding that matters, and says so. */
const sum = (...lengths: string[]): number => lengths.reduce((total, it) => total + (Number.parseFloat(it) || 0), 0);

export function readLook({ code, pre, element }: Block): BlockLook {
	const style = getComputedStyle(code);
	const around = getComputedStyle(pre);
	const background = backgroundOf(code);
	const edge = element.getBoundingClientRect();
	const inner = pre.getBoundingClientRect();
	const foreground = readColour(style.color);
	const [red, green, blue] = background;
	const look: EmbedLook = {
		background: rgb(background),
		foreground: foreground === null ? undefined : rgb(foreground),
		fontFamily: style.fontFamily.slice(0, 500),
		fontSizePx: within(style.fontSize, 6, 60),
		lineHeightPx: within(style.lineHeight, 6, 120),
		paddingTopPx: within(sum(around.borderTopWidth, around.paddingTop, style.paddingTop), 0, 100),
		paddingLeftPx: within(inner.left - edge.left + sum(around.borderLeftWidth, around.paddingLeft, style.paddingLeft), 0, 100),
	};
	return { look, isDark: 0.299 * red + 0.587 * green + 0.114 * blue < 128 };
}
