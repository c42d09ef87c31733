import { type CSSProperties, useLayoutEffect } from "react";
import type { EmbedLook, EmbedOptions } from "../../protocol/embed.ts";
import { useMedia } from "../playground/use-media.ts";

/** The frame's colours: what the author asks for, else what the block looked like, else what the reader's device has. */

/** 0 (black) to 1 (white), by WCAG 2; null: it cannot be read, or lets what is behind it through. */
export function luminance(colour: string): number | null {
	const hex = /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/i.exec(colour);
	const parts = hex ? hex.slice(1).map((part) => Number.parseInt(part, 16)) : (colour.match(/[0-9.]+/g) ?? []).map(Number);
	const [red, green, blue, alpha = 1] = parts;
	if (red === undefined || green === undefined || blue === undefined || !parts.every(Number.isFinite) || alpha < 0.5) return null;
	const linear = (value: number): number => {
		const share = Math.min(255, value) / 255;
		return share <= 0.040_45 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
	};
	return 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue);
}

/** Below this white text reads better on it than black. */
const darkBelow = 0.179;

/** null: the look does not say. */
export function isLookDark({ background }: EmbedLook): boolean | null {
	const light = background === undefined ? null : luminance(background);
	return light === null ? null : light < darkBelow;
}

/** The block's own look as custom properties. Its colours are left out where the author asks for the other theme. */
export function lookStyle(look: EmbedLook, isDark: boolean): CSSProperties {
	const { fontFamily, fontSizePx, lineHeightPx, paddingTopPx, paddingLeftPx, background, foreground } = look;
	const takesColours = isLookDark(look) === isDark;
	const properties = {
		"--look-font": fontFamily,
		"--look-size": fontSizePx && `${fontSizePx}px`,
		"--look-line": lineHeightPx && `${lineHeightPx}px`,
		"--look-top": paddingTopPx === undefined ? undefined : `${paddingTopPx}px`,
		"--look-left": paddingLeftPx === undefined ? undefined : `${paddingLeftPx}px`,
		"--look-background": takesColours ? background : undefined,
		"--look-foreground": takesColours ? foreground : undefined,
	};
	return properties as CSSProperties;
}

/** Owns the document's colour scheme. */
export function useEmbedTheme({ theme, look }: Pick<EmbedOptions, "theme" | "look">): boolean {
	const isDeviceDark = useMedia("(prefers-color-scheme: dark)");
	const isDark = theme === "auto" ? (isLookDark(look) ?? isDeviceDark) : theme === "dark";
	useLayoutEffect(() => {
		document.documentElement.dataset.theme = isDark ? "dark" : "light";
	}, [isDark]);
	return isDark;
}
