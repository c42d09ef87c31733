import { z } from "zod";
import { optInWord, splitArguments, unescapeInput, unnamedSession } from "../../protocol/cells.ts";
import { EmbedOptions } from "../../protocol/embed.ts";
import type { ProgramFile } from "../../protocol/files.ts";
import type { CodeBlock } from "./document.ts";

/** What a block's attributes ask for. Names that nobody knows are another tool's (`title`, `linenums`), unless they are a slip of the pen. */

export const Expectation = z.enum(["exact", "pattern", "runs", "fails"]);
export type Expectation = z.infer<typeof Expectation>;

const versionName = z.string().regex(/^[0-9A-Za-z][0-9A-Za-z.+-]{0,31}$/, "is no version");
const wholeNumber = z
	.string()
	.regex(/^[0-9]{1,6}$/, "must be a whole number")
	.transform(Number);
const flag = z.string().transform((value) => value !== "false");
/** `#set-up, #data` */
const references = z
	.string()
	.transform((value) => value.split(/[\s,]+/).flatMap((it) => (it === "" ? [] : [it.replace(/^#/, "")])))
	.pipe(z.array(z.string()).min(1, "names no id").max(63));

const Attributes = z
	.object({
		version: versionName,
		versions: z
			.string()
			.transform((value) => value.split(",").map((it) => it.trim()))
			.pipe(z.array(versionName).min(2, "names fewer than two").max(6, "names more than six")),
		tier: z.string().regex(/^[a-z]{1,40}$/, "is no isolation"),
		session: z
			.string()
			.max(100)
			.transform((value) => (value === "" ? unnamedSession : value)),
		stdin: z.string().transform(unescapeInput),
		args: z
			.string()
			.transform(splitArguments)
			.pipe(z.array(z.string().max(4_096)).max(64, "are more than 64")),
		file: z.string().min(1, "is empty").max(200),
		before: references,
		after: references,
		files: references,
		expect: Expectation,
		exit: wholeNumber.pipe(z.number().max(255)),
		/** Seconds. */
		timeout: wholeNumber.pipe(z.number().min(1).max(3_600)),
		stream: z.enum(["both", "stdout", "stderr"]),
		skip: flag,
	})
	.partial();

/** What concerns the page alone. */
const othersNames = ["theme", "title", "readonly", "readonly-lines", "autorun", "height", "highlight", "sandbox", "language", "lang", "id"];
const knownNames = Object.keys(Attributes.shape);

/** The part of a JSON block that concerns a run; its names are EmbedOptions'. */
const JsonOptions = z.strictObject({ ...EmbedOptions.shape, file: z.string(), sandbox: z.string() }).partial();

type FromAttributes = z.infer<typeof Attributes>;

export interface BlockOptions extends FromAttributes {
	readonly hiddenBefore?: string | undefined;
	readonly hiddenAfter?: string | undefined;
	readonly jsonFiles?: readonly ProgramFile[] | undefined;
}

export type ReadOptions =
	| { readonly isRight: true; readonly options: BlockOptions }
	| { readonly isRight: false; readonly problem: string };

/** JSON wins over attributes, as it does in the page. */
export function readBlockOptions({ attributes, json }: Pick<CodeBlock, "attributes" | "json">): ReadOptions {
	const misspelt = findSlip(attributes);
	if (misspelt !== null) return { isRight: false, problem: misspelt };
	const parsed = Attributes.safeParse(Object.fromEntries([...attributes].filter(([name]) => knownNames.includes(name))));
	if (!parsed.success) return { isRight: false, problem: describeIssue(parsed.error, attributes) };
	const fromJson = json === null ? {} : readJsonOptions(json);
	if (typeof fromJson === "string") return { isRight: false, problem: fromJson };
	const options: BlockOptions = { ...parsed.data, ...fromJson };
	const { version, versions, expect, exit } = options;
	if (version !== undefined && versions !== undefined) return { isRight: false, problem: '"version" and "versions" exclude each other.' };
	if (expect !== undefined && expect !== "fails" && exit !== undefined && exit !== 0)
		return { isRight: false, problem: `exit=${exit} goes with expect=fails only.` };
	if (expect === "fails" && exit === 0) return { isRight: false, problem: "expect=fails and exit=0 exclude each other." };
	return { isRight: true, options: exit !== undefined && exit !== 0 ? { ...options, expect: "fails" } : options };
}

/** A string: what is wrong. */
function readJsonOptions({ line, text }: NonNullable<CodeBlock["json"]>): BlockOptions | string {
	let value: unknown;
	try {
		value = JSON.parse(text);
	} catch (error) {
		return `Its options (line ${line}) are not JSON: ${error instanceof Error ? error.message : String(error)}.`;
	}
	const parsed = JsonOptions.safeParse(value);
	if (!parsed.success) return `Its options (line ${line}) cannot be used: ${z.prettifyError(parsed.error).replace(/\s*\n\s*/g, " ")}.`;
	const given = new Set(Object.keys(z.record(z.string(), z.unknown()).parse(value)));
	const { version, versions, tier, session, stdin, file, hiddenBefore, hiddenAfter, files, arguments: args } = parsed.data;
	const options: BlockOptions & { readonly [name: string]: unknown } = {
		version,
		versions,
		tier,
		session,
		stdin,
		file,
		hiddenBefore,
		hiddenAfter,
	};
	const told = Object.fromEntries(Object.entries(options).filter(([name]) => given.has(name)));
	return {
		...told,
		...(given.has("arguments") ? { args } : {}),
		...(given.has("files") ? { jsonFiles: files?.map(({ name, content }) => ({ name, content })) } : {}),
	};
}

function findSlip(attributes: ReadonlyMap<string, string>): string | null {
	for (const name of attributes.keys()) {
		if (othersNames.includes(name) || knownNames.includes(name) || name === optInWord) continue;
		const meant = knownNames.find((known) => isSlip(name, known));
		if (meant !== undefined) return `There is no attribute "${name}"; is "${meant}" meant?`;
	}
	return null;
}

function describeIssue(error: z.ZodError, attributes: ReadonlyMap<string, string>): string {
	const [issue] = error.issues;
	const name = String(issue?.path[0] ?? "");
	const allowed = issue?.code === "invalid_value" ? `must be one of ${issue.values.join(", ")}` : issue?.message;
	return `${name}=${JSON.stringify(attributes.get(name) ?? "")}: ${allowed}.`;
}

/** Two letters swapped, or one wrong, missing or too many, in a name long enough that another tool's is not hit by chance. */
function isSlip(name: string, known: string): boolean {
	if (known.length < 5 || Math.abs(name.length - known.length) > 1) return false;
	let at = 0;
	while (at < name.length && name[at] === known[at]) at++;
	const [rest, knownRest] = [name.slice(at), known.slice(at)];
	return (
		rest.slice(1) === knownRest ||
		rest === knownRest.slice(1) ||
		rest.slice(1) === knownRest.slice(1) ||
		(rest[0] === knownRest[1] && rest[1] === knownRest[0] && rest.slice(2) === knownRest.slice(2))
	);
}
