import { readFileSync, writeFileSync } from "node:fs";
import { settings } from "../server/config.ts";

/** The README's table of settings, made from server/config.ts so that it cannot drift. Run this file to write it. */

const begin = "<!-- settings: made by setup/settings-table.ts -->";
const end = "<!-- /settings -->";

export function settingsTable(): string {
	const rows = Object.values(settings).map(({ env, fallback, unit, sentence }) => {
		const value = fallback === null || fallback === "" ? "" : `\`${fallback}\`${unit === "" ? "" : ` ${unit}`}`;
		return `| \`${env}\` | ${value} | ${sentence} |`;
	});
	return ["| setting | default | what it does |", "|---|---|---|", ...rows].join("\n");
}

/** The document with its table as it should be. Throws when the markers are missing. */
export function withSettingsTable(document: string): string {
	const from = document.indexOf(begin);
	const to = document.indexOf(end);
	if (from < 0 || to < from) throw new Error("README.md has lost the markers of its settings table.");
	return `${document.slice(0, from + begin.length)}\n${settingsTable()}\n${document.slice(to)}`;
}

if (process.argv[1]?.endsWith("settings-table.ts") === true) {
	writeFileSync("README.md", withSettingsTable(readFileSync("README.md", "utf8")));
}
