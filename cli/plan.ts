import type { ApiRunRequest } from "../protocol/api.ts";
import type { Catalogue, CatalogueLanguage } from "../protocol/catalogue.ts";
import { joinCells } from "../protocol/cell-joining.ts";
import { cellKey } from "../protocol/cell-key.ts";
import { cellsAbove, splitHiddenCode, unnamedSession, wholeCode } from "../protocol/cells.ts";
import type { ProgramFile } from "../protocol/files.ts";
import { findPatternProblem } from "./comparison.ts";
import { type BlockOptions, readBlockOptions } from "./documents/block-options.ts";
import type { CodeBlock, SourceDocument } from "./documents/document.ts";

/** What is to be run for each block of a document, and what is expected of it. */

export type Expected =
	/** It ends with status 0, whatever it prints. */
	| { readonly kind: "runs" }
	| { readonly kind: "prints"; readonly isPattern: boolean }
	/** `exitCode` null: any but 0, or a signal, or it does not compile. With an output under the block: that is compared too. */
	| { readonly kind: "fails"; readonly exitCode: number | null; readonly isPattern: boolean };

export interface PlannedRun {
	/** As the block names it; absent: the server's choice. */
	readonly version: string | undefined;
	readonly request: ApiRunRequest;
	/** What it prints itself begins behind a mark. */
	readonly isMarked: boolean;
}

export interface PlannedBlock {
	readonly document: SourceDocument;
	readonly block: CodeBlock;
	readonly expected: Expected;
	readonly stream: "both" | "stdout" | "stderr";
	/** One for each version that the block names. */
	readonly runs: readonly PlannedRun[];
	/** Under which embed.js looks for its recording. */
	readonly key: string;
	/** Of its own, besides what those above it read. */
	readonly hasInput: boolean;
}

/** A block that is not run: the author's slip, or his wish. */
export interface UnplannedBlock {
	readonly document: SourceDocument;
	readonly block: CodeBlock;
	readonly problem: { readonly kind: "broken" | "skipped"; readonly message: string };
}

export interface PlanSettings {
	/** Of a block that names none. */
	readonly timeoutMs: number;
}

interface Cell {
	readonly block: CodeBlock;
	readonly language: string;
	readonly session: string | undefined;
	readonly isMeantToFail: boolean;
	/** Hidden parts included. */
	readonly code: string;
	/** Besides the one that runs. */
	readonly files: readonly ProgramFile[];
	readonly options: BlockOptions;
	readonly offered: CatalogueLanguage | undefined;
	readonly problem: UnplannedBlock["problem"] | null;
	key: string;
}

export async function planDocument(
	document: SourceDocument,
	catalogue: Catalogue,
	settings: PlanSettings,
): Promise<(PlannedBlock | UnplannedBlock)[]> {
	const cells = document.blocks.map((block) => readCell(document, block, catalogue));
	const planned: (PlannedBlock | UnplannedBlock)[] = [];
	for (const [at, cell] of cells.entries()) {
		const { block } = cell;
		const above = cellsAbove(cells, at);
		const broken = above.find((it) => it.problem?.kind === "broken");
		const problem =
			cell.problem ??
			(broken === undefined
				? null
				: { kind: "broken" as const, message: `It builds on the block of line ${broken.block.line}, which cannot run.` });
		if (problem !== null || cell.offered === undefined) {
			planned.push({ document, block, problem: problem ?? { kind: "broken", message: "Its language is not known." } });
			continue;
		}
		cell.key = await keyOf(cell, above);
		planned.push(planCell(document, cell, above, cell.offered, settings));
	}
	return planned;
}

function readCell(document: SourceDocument, block: CodeBlock, catalogue: Catalogue): Cell {
	const read = readBlockOptions(block);
	const options = read.isRight ? read.options : {};
	const parts = splitHiddenCode(block.code);
	const offered = catalogue.languages.find(({ id, aliases }) => id === block.language || aliases.includes(block.language));
	const broken =
		block.problem ??
		(read.isRight ? null : read.problem) ??
		parts.problem ??
		describeReferenceProblem(document, options) ??
		describeLanguageProblem(block, options, offered, catalogue) ??
		describeExpectationProblem(block, options);
	const named = (ids: readonly string[] = []): string[] => ids.map((id) => (document.texts.get(id)?.text ?? "").replace(/^\n|\s+$/g, ""));
	const joined = (texts: readonly string[]): string => texts.filter((it) => it !== "").join("\n");
	return {
		block,
		options,
		offered,
		language: offered?.id ?? block.language,
		session: options.session ?? sessionOf(block),
		isMeantToFail: options.expect === "fails",
		code: wholeCode({
			before: joined([options.hiddenBefore ?? joined(named(options.before)), parts.before]),
			shown: parts.shown,
			after: joined([parts.after, options.hiddenAfter ?? joined(named(options.after))]),
		}),
		files:
			options.jsonFiles ??
			(options.files ?? []).map((id) => ({ name: document.texts.get(id)?.fileName ?? "", content: document.texts.get(id)?.text ?? "" })),
		problem: broken !== null ? { kind: "broken", message: broken } : describeSkip(options, offered),
		key: "",
	};
}

/** Of a block whose other attributes cannot be read, too: those below build on it. */
function sessionOf({ attributes }: CodeBlock): string | undefined {
	const told = attributes.get("session");
	return told === "" ? unnamedSession : told;
}

function describeReferenceProblem({ texts }: SourceDocument, { before = [], after = [], files = [] }: BlockOptions): string | null {
	const missing = [...before, ...after, ...files].find((id) => !texts.has(id));
	if (missing !== undefined) return `Nothing in this document has the id "${missing}".`;
	const nameless = files.find((id) => texts.get(id)?.fileName === undefined);
	return nameless === undefined ? null : `What has the id "${nameless}" does not say what its file is called (file=…).`;
}

function describeLanguageProblem(
	{ language }: CodeBlock,
	options: BlockOptions,
	offered: CatalogueLanguage | undefined,
	catalogue: Catalogue,
): string | null {
	if (language === "") return "It names no language.";
	if (offered === undefined)
		return `The server does not offer the language "${language}"; it has ${catalogue.languages.map(({ id }) => id).join(", ")}.`;
	const wanted = options.versions ?? (options.version === undefined ? [] : [options.version]);
	const unknown = wanted.find((version) => !offered.versions.some((it) => it.version === version));
	if (unknown === undefined) return null;
	return `The server does not offer ${offered.name} ${unknown}; it has ${offered.versions.map(({ version }) => version).join(", ")}.`;
}

function describeExpectationProblem({ output }: CodeBlock, { expect }: BlockOptions): string | null {
	if ((expect === "exact" || expect === "pattern") && output === null) return `expect=${expect}, but no output stands under it.`;
	const problem = output !== null && (output.isPattern || expect === "pattern") ? findPatternProblem(output.text) : null;
	return problem === null ? null : `The pattern under it cannot be read: ${problem}.`;
}

/** What only a reader's own browser runs cannot be run here. */
function describeSkip({ skip, version, tier }: BlockOptions, offered: CatalogueLanguage | undefined): UnplannedBlock["problem"] | null {
	if (skip === true) return { kind: "skipped", message: "It says skip." };
	const tiers = offered?.versions.find((it) => it.version === version)?.tiers;
	if (tier === "browser" || tiers?.every((it) => it === "browser")) return { kind: "skipped", message: "Only a reader's browser runs it." };
	return null;
}

async function keyOf(cell: Cell, above: readonly Cell[]): Promise<string> {
	const { options, block, code, files } = cell;
	return await cellKey({
		language: block.language,
		version: options.version,
		files: [{ name: options.file ?? "", content: code }, ...files],
		arguments: options.args,
		stdin: options.stdin,
		after: above.map(({ key }) => key),
	});
}

/** Those of the blocks above are there too; the nearest of one name wins. */
const filesOf = (cells: readonly Cell[]): ProgramFile[] => [
	...new Map(cells.flatMap(({ files }) => files.map((file) => [file.name, file] as const))).values(),
];

/** Each block's input is its own lines. */
const joinInputs = (inputs: readonly string[]): string =>
	inputs.map((input, at) => (at < inputs.length - 1 && input !== "" ? input.replace(/\n?$/, "\n") : input)).join("");

function planCell(
	document: SourceDocument,
	cell: Cell,
	above: readonly Cell[],
	offered: CatalogueLanguage,
	settings: PlanSettings,
): PlannedBlock {
	const { options, block } = cell;
	const { code, isMarked } = joinCells(
		offered.id,
		above.map((it) => it.code),
		cell.code,
	);
	const timeoutMs = options.timeout === undefined ? settings.timeoutMs : options.timeout * 1_000;
	return {
		document,
		block,
		key: cell.key,
		hasInput: (options.stdin ?? "") !== "",
		stream: options.stream ?? "both",
		expected: expectedOf(block, options),
		runs: (options.versions ?? [options.version]).map((version) => ({
			version,
			isMarked,
			request: {
				language: offered.id,
				...(version === undefined ? {} : { version }),
				...(options.tier === undefined ? {} : { tier: options.tier }),
				files: [{ name: options.file ?? offered.fileName, content: code }, ...filesOf([...above, cell])],
				arguments: options.args ?? [],
				stdin: joinInputs([...above.map((it) => it.options.stdin ?? ""), options.stdin ?? ""]),
				limits: { idleWallMs: timeoutMs, totalWallMs: timeoutMs },
			},
		})),
	};
}

function expectedOf({ output }: CodeBlock, { expect, exit }: BlockOptions): Expected {
	const isPattern = expect === "pattern" || (output?.isPattern ?? false);
	if (expect === "fails") return { kind: "fails", exitCode: exit ?? null, isPattern };
	return expect === "runs" || output === null ? { kind: "runs" } : { kind: "prints", isPattern };
}
