import { optInWord, splitArguments, unescapeInput, unnamedSession } from "../protocol/cells.ts";
import type { EmbedOptionsInput } from "../protocol/embed.ts";
import { classWords } from "./block.ts";
import { readText } from "./block-text.ts";

/** Options as an author writes them in HTML: `data-` attributes on the block or around it, and what a fence's info string left in a class. */

/** All but what the code itself says; the frame's names, and three that are ours. */
export interface WrittenOptions extends Partial<Omit<EmbedOptionsInput, "look" | "recording">> {
	/** What the first file is called. */
	file?: string;
	/** The frame's `sandbox` attribute. */
	sandbox?: string;
	/** `expect=fails`, `exit=1` of `sandglass check`: no block below can build on it. */
	isMeantToFail?: boolean;
}

type LineRanges = [number, number][];
/** Undefined: the value cannot be used. */
type Reader = (value: string) => WrittenOptions | undefined;

/** For the author's console. */
export class OptionProblem extends Error {}

const isOn = (value: string): boolean => value !== "false";

function readLines(value: string): LineRanges | undefined {
	const ranges = value.split(",").map((part): [number, number] => {
		const [from, to = from] = part.split("-").map(Number);
		return [from ?? 0, to ?? 0];
	});
	return ranges.every(([from, to]) => from >= 1 && to >= from) ? ranges : undefined;
}

/** Elements of the page by their ids: `#set-up, #data`. Undefined: one is not there. */
function elementsOf(value: string): HTMLElement[] | undefined {
	const ids = value.split(/[\s,#]+/).filter((id) => id !== "");
	const found = ids.map((id) => document.getElementById(id)).filter((it) => it !== null);
	return found.length === ids.length ? found : undefined;
}

function textOf(element: HTMLElement): string {
	const isCode = !(element instanceof HTMLTemplateElement || element instanceof HTMLScriptElement);
	const text = isCode ? readText(element).text : ("content" in element ? element.content : element).textContent;
	return (text ?? "").replace(/^\n|\s+$/g, "");
}

const joined = (value: string): string | undefined => elementsOf(value)?.map(textOf).join("\n");

function readFiles(value: string): WrittenOptions | undefined {
	const files = elementsOf(value)?.map((element) => ({
		name: element.dataset.file ?? element.dataset.name ?? "",
		content: textOf(element),
		isHidden: element.dataset.hidden !== undefined,
	}));
	return files?.every(({ name }) => name !== "") ? { files } : undefined;
}

/** Absent is absent: an option that is there without a value would be one. */
const told = <Name extends keyof WrittenOptions>(name: Name, value: WrittenOptions[Name] | undefined): WrittenOptions | undefined =>
	value === undefined ? undefined : { [name]: value };

const readers: Readonly<Record<string, Reader>> = {
	/** For a block that says none. */
	language: (language) => ({ language: language.toLowerCase() }),
	version: (version) => ({ version }),
	versions: (value) => {
		const versions = value.split(/[\s,]+/);
		return versions.length > 1 ? { versions } : undefined;
	},
	tier: (tier) => ({ tier }),
	// Others use the same attribute for themes of their own.
	theme: (theme) => (theme === "light" || theme === "dark" || theme === "auto" ? { theme } : {}),
	readonly: (value) => ({ isReadOnly: isOn(value) }),
	autorun: (value) => ({ isAutorun: isOn(value) }),
	title: (title) => ({ title }),
	args: (value) => ({ arguments: splitArguments(value) }),
	stdin: (value) => ({ stdin: unescapeInput(value) }),
	height: (value) => {
		const maxHeightPx = Number.parseInt(value, 10);
		return maxHeightPx >= 120 && maxHeightPx <= 4_000 ? { maxHeightPx } : undefined;
	},
	before: (value) => told("hiddenBefore", joined(value)),
	after: (value) => told("hiddenAfter", joined(value)),
	files: readFiles,
	file: (file) => ({ file }),
	highlight: (value) => told("highlightedLines", readLines(value)),
	"readonly-lines": (value) => told("readOnlyLines", readLines(value)),
	session: (value) => ({ session: value === "" ? unnamedSession : value }),
	sandbox: (sandbox) => ({ sandbox }),
	expect: (value) => (value === "fails" ? { isMeantToFail: true } : {}),
	exit: (value) => (Number(value) > 0 ? { isMeantToFail: true } : {}),
};

/** What a layer says, by the options' names. */
function writtenIn(layer: HTMLElement): [name: string, value: string][] {
	const isOurs = layer.localName === `${optInWord}-snippet`;
	// A fence's info string that became a class: `python,sandglass,version=3.13`.
	const words = classWords(layer).flatMap((word): [string, string][] => {
		const [, name, value] = /^([a-z-]+)=(.*)$/.exec(word) ?? [];
		return name === undefined || value === undefined ? [] : [[name, value]];
	});
	const attributes = Array.from(layer.attributes, ({ name, value }): [string, string] => [
		isOurs ? name.replace(/^data-/, "") : (/^data-(?:sandglass-)?(.+)$/.exec(name)?.[1] ?? ""),
		value,
	]);
	return [...words, ...attributes].filter(([name]) => Object.hasOwn(readers, name));
}

/** `layers`: from the code outwards; the nearest that says a thing wins. What cannot be read is told and left out. */
export function readWrittenOptions(layers: readonly HTMLElement[], onProblem: (message: string) => void): WrittenOptions {
	const options: WrittenOptions = {};
	for (const [name, value] of new Map([...layers].reverse().flatMap(writtenIn))) {
		const read = readers[name]?.(value);
		if (read === undefined) onProblem(`Its option ${name}="${value}" cannot be used.`);
		Object.assign(options, read);
	}
	return options;
}
