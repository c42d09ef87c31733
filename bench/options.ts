/** `npm run bench -- --quick --only=python,page`, `npm run bench -- --ci` */

export const parts = [
	"python",
	"cold",
	"languages",
	"typing",
	"keys",
	"memory",
	"rate",
	"sessions",
	"sandboxes",
	"tiers",
	"workloads",
	"page",
	"embed",
	"http",
	"check",
] as const;
export type Part = (typeof parts)[number];

export interface Options {
	/** Few rounds: shows that everything can be measured; its figures are not for publishing. */
	readonly isQuick: boolean;
	/** Quick, and only to compare ratios with the committed results. */
	readonly isCi: boolean;
	/** In the order in which they are measured. */
	readonly parts: readonly Part[];
}

export class OptionsError extends Error {}

const isPart = (text: string): text is Part => parts.some((part) => part === text);

/** Throws OptionsError with what is allowed. */
export function parseOptions(words: readonly string[]): Options {
	let isQuick = false;
	let isCi = false;
	let wanted: readonly string[] = parts;
	for (const word of words) {
		const only = /^--only=(.+)$/.exec(word)?.[1];
		if (word === "--quick") isQuick = true;
		else if (word === "--ci") isCi = true;
		else if (only !== undefined) wanted = only.split(",");
		else throw new OptionsError(`Unknown option ${JSON.stringify(word)}; there are --quick, --ci and --only=${parts.join(",")}.`);
	}
	const unknown = wanted.find((word) => !isPart(word));
	if (unknown !== undefined) throw new OptionsError(`There is no part ${JSON.stringify(unknown)}; there are ${parts.join(", ")}.`);
	return { isQuick: isQuick || isCi, isCi, parts: parts.filter((part) => wanted.includes(part)) };
}
