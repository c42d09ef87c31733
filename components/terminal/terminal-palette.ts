import type { ITheme } from "@xterm/xterm";

/** The sixteen colours on the page's sand and night; each readable on its ground. */
const light: ITheme = {
	background: "#fffdf9",
	foreground: "#29241c",
	cursor: "#a8500a",
	cursorAccent: "#fffdf9",
	selectionBackground: "#f0d9b3",
	black: "#29241c",
	red: "#a32a1c",
	green: "#2f6b34",
	yellow: "#855c00",
	blue: "#1f5fbf",
	magenta: "#8a3a8f",
	cyan: "#176a74",
	white: "#6f6656",
	brightBlack: "#665c4c",
	brightRed: "#c23a29",
	brightGreen: "#3a7d3f",
	brightYellow: "#946800",
	brightBlue: "#2f6fd0",
	brightMagenta: "#9c4aa1",
	brightCyan: "#1f7883",
	brightWhite: "#4a4336",
};

const dark: ITheme = {
	background: "#1b1917",
	foreground: "#ebe5da",
	cursor: "#f2b452",
	cursorAccent: "#1b1917",
	selectionBackground: "#5a4526",
	black: "#3a352f",
	red: "#f2998c",
	green: "#8fc98b",
	yellow: "#f2b452",
	blue: "#8ab8ff",
	magenta: "#d9a3e0",
	cyan: "#7fcbd4",
	white: "#d8d0c2",
	brightBlack: "#a79d8d",
	brightRed: "#ffb3a7",
	brightGreen: "#aadfa6",
	brightYellow: "#f8c778",
	brightBlue: "#aecdff",
	brightMagenta: "#e8bfed",
	brightCyan: "#a3dfe6",
	brightWhite: "#ffffff",
};

export function terminalPalette(isDark: boolean): ITheme {
	return isDark ? dark : light;
}
