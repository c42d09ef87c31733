import type { Block } from "./block.ts";
import { isRecord, strangerIn } from "./shape.ts";
import { OptionProblem, type WrittenOptions } from "./written-options.ts";

/**
 * Options as JSON: `<script type="application/json" data-sandglass-options>` in the block or right beside it, with the names of EmbedOptions.
 * What is too long, too many or too deep the frame refuses, with a message to the author.
 */

const shapes = {
	language: "",
	version: "",
	versions: [""],
	tier: "",
	theme: /^(auto|light|dark)$/,
	isReadOnly: false,
	isAutorun: false,
	title: "",
	files: [{ name: "", content: "" }],
	hiddenBefore: "",
	hiddenAfter: "",
	arguments: [""],
	stdin: "",
	maxHeightPx: 0,
	highlightedLines: [[0]],
	readOnlyLines: [[0]],
	session: "",
	file: "",
	sandbox: "",
	isMeantToFail: false,
} as const satisfies Record<keyof WrittenOptions, unknown>;

const areOptions = (value: Record<string, unknown>): value is Record<string, unknown> & WrittenOptions =>
	strangerIn(value, shapes) === undefined;

/** Throws OptionProblem. */
export function checkOptions(text: string): WrittenOptions {
	let value: unknown;
	try {
		value = JSON.parse(text);
	} catch (error) {
		throw new OptionProblem(`Its options are not JSON: ${error}`);
	}
	if (!isRecord(value)) throw new OptionProblem("Its options are no JSON object.");
	if (areOptions(value)) return value;
	throw new OptionProblem(`Its option "${strangerIn(value, shapes)}" is none, or has a value that cannot be used.`);
}

const mark = "script[data-sandglass-options]";

/** Throws OptionProblem. */
export function readJsonOptions({ element, layers }: Block): WrittenOptions {
	const beside = [element.nextElementSibling, element.previousElementSibling].find((it) => it?.matches(mark));
	const within = [...layers, element.closest("sandglass-snippet")].map((it) => it?.querySelector(mark));
	const script = beside ?? within.find((it) => it != null);
	return script == null ? {} : checkOptions(script.textContent ?? "");
}
