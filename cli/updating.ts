import type { SourceDocument } from "./documents/document.ts";
import { settleOutput } from "./documents/document.ts";
import { readSource } from "./documents/reading.ts";
import { type CheckedBlock, type Finding, findingsOf } from "./findings.ts";
import type { UnplannedBlock } from "./plan.ts";
import { type NewOutput, rewriteSource, writeDocument } from "./rewriting.ts";

/** `--update` for one document: which outputs may be rewritten, and what the findings say afterwards. */

export interface UpdateOptions {
	readonly path: string;
	readonly document: SourceDocument;
	/** One for each block of the document. */
	readonly checked: readonly (CheckedBlock | UnplannedBlock)[];
	readonly mode: "outputs" | "add";
}

type Wish =
	| { readonly kind: "none" }
	| { readonly kind: "write"; readonly printed: string }
	/** It drifted and is left as it is. */
	| { readonly kind: "refused"; readonly why: string };

/** The findings of each block, in the order of the blocks. */
export async function updateDocument({ path, document, checked, mode }: UpdateOptions): Promise<Finding[][]> {
	const wishes = checked.map((block) => ("runs" in block ? wishOf(block, mode) : ({ kind: "none" } satisfies Wish)));
	const accepted: NewOutput[] = [];
	const refusals = new Map<number, string>();
	let source = document.source;
	for (const [at, wish] of wishes.entries()) {
		if (wish.kind === "refused") refusals.set(at, wish.why);
		if (wish.kind !== "write") continue;
		const rewritten = rewriteSource(document, [...accepted, { at, printed: wish.printed }]);
		if ("problem" in rewritten) refusals.set(at, rewritten.problem);
		else {
			accepted.push({ at, printed: wish.printed });
			source = rewritten.source;
		}
	}
	const findings = checked.map(findingsOf);
	if (accepted.length > 0) {
		const written = await writeDocument(path, document, source);
		if (!written.isDone) for (const { at } of accepted.splice(0)) refusals.set(at, written.problem);
	}
	const now = accepted.length === 0 ? document : readSource(document.file, source);
	return findings.map((own, at) => {
		const isUpdated = accepted.some((it) => it.at === at);
		const shift = (now.blocks[at]?.line ?? 0) - (document.blocks[at]?.line ?? 0);
		return own.map((finding) => afterUpdate(finding, isUpdated, shift, refusals.get(at)));
	});
}

function afterUpdate(finding: Finding, isUpdated: boolean, shift: number, refusal: string | undefined): Finding {
	const moved = { ...finding, line: finding.line + shift, blockLine: finding.blockLine + shift };
	if (isUpdated) return { ...moved, line: moved.blockLine, status: "updated", reason: "Its output is rewritten." };
	if (refusal === undefined) return moved;
	return { ...moved, status: "failed", reason: [finding.reason, refusal].filter((it) => it !== "").join(" ") };
}

/** Only of a block whose every version ended as it should. */
function wishOf({ planned, runs }: CheckedBlock, mode: "outputs" | "add"): Wish {
	const { block, expected } = planned;
	const verdicts = runs.map(({ verdict }) => verdict);
	const prints: string[] = [];
	for (const verdict of verdicts) {
		if (verdict.kind === "notRun" || (verdict.kind === "failed" && verdict.drift === null)) return { kind: "none" };
		prints.push(settleOutput(verdict.printed));
	}
	const [printed = ""] = prints;
	const hasDrifted = verdicts.some(({ kind }) => kind === "failed");
	const isMissing =
		mode === "add" && block.output === null && expected.kind === "runs" && !block.attributes.has("expect") && printed !== "";
	if (!hasDrifted && !isMissing) return { kind: "none" };
	if (hasDrifted && expected.kind !== "runs" && expected.isPattern) return { kind: "refused", why: "A pattern is not rewritten." };
	if (prints.some((it) => it !== printed))
		return { kind: "refused", why: "Its versions print different things, so no output fits all of them." };
	return { kind: "write", printed };
}
