import * as z from "zod/mini";
import { RequestedLimits } from "../../protocol/messages.ts";
import { list, ordinal } from "../../protocol/schema.ts";

/**
 * What a reader wrote, kept in the browser over a reload. Each tab keeps its own in sessionStorage, so that two tabs do not trample
 * each other; the last written of all is in localStorage too, where a new tab starts from.
 */

const StoredFile = z.strictObject({ key: ordinal(), name: z.string(), content: z.string() });

const StoredWorkspace = z.strictObject({
	files: z.readonly(list(StoredFile, 64, 1)),
	activeKey: ordinal(),
	nextKey: ordinal(),
});

/** What came with a program that was opened, beside its files. One that was typed here has none of it. */
export const ProgramExtras = z.partial(
	z.strictObject({
		title: z.string(),
		/** The file to start. */
		entry: z.string(),
		/** Typed for the reader, its end too. */
		stdin: z.string(),
		limits: RequestedLimits,
		/** The snippet that it was. */
		parent: z.string(),
	}),
);
export type ProgramExtras = z.infer<typeof ProgramExtras>;

/** A program whose place another one took. */
const EarlierProgram = z.strictObject({
	languageId: z.string(),
	version: z.optional(z.string()),
	tier: z.optional(z.string()),
	workspace: StoredWorkspace,
	argumentLine: z.string(),
	extras: z.optional(ProgramExtras),
});

export const Work = z.strictObject({
	form: z.literal(1),
	languageId: z.string(),
	/** The version picked for each language; a language that is missing has its default. */
	versions: z.record(z.string(), z.string()),
	/** The isolation picked for each language; a language that is missing has the server's choice. */
	tiers: z._default(z.record(z.string(), z.string()), {}),
	workspaces: z.record(z.string(), StoredWorkspace),
	argumentLine: z.string(),
	/** By language. */
	extras: z.optional(z.record(z.string(), ProgramExtras)),
	/** Kept until the reader brings it back or opens yet another. */
	earlier: z.optional(EarlierProgram),
});
export type Work = z.infer<typeof Work>;

const workKey = "sandglass.work";

/** Where a page keeps its work: a shared program's page has a place of its own, so that opening a link never touches what the reader wrote. */
const placeOf = (snippetId: string | null): string => (snippetId === null ? workKey : `${workKey}/s/${snippetId}`);

export interface WorkStores {
	/** This tab's own. */
	readonly tab: Pick<Storage, "getItem" | "setItem">;
	/** All tabs'; null: what is written stays with its tab. */
	readonly browser: Pick<Storage, "getItem" | "setItem"> | null;
}

/** null where the browser keeps nothing for this page, as with blocked site data. A shared program's edits stay with their tab: links are many. */
export function browserStores(snippetId: string | null = null): WorkStores | null {
	try {
		return { tab: sessionStorage, browser: snippetId === null ? localStorage : null };
	} catch {
		return null;
	}
}

function readWork(store: Pick<Storage, "getItem"> | null, place: string): Work | null {
	try {
		return Work.parse(JSON.parse(store?.getItem(place) ?? "null"));
	} catch {
		// Nothing kept, or kept by a page of another time: a new start harms nobody.
		return null;
	}
}

export function loadWork({ tab, browser }: WorkStores, snippetId: string | null = null): Work | null {
	const place = placeOf(snippetId);
	return readWork(tab, place) ?? readWork(browser, place);
}

/** False: the browser has no room for it, or is not allowed to keep it. */
export function saveWork({ tab, browser }: WorkStores, work: Work, snippetId: string | null = null): boolean {
	const text = JSON.stringify(work);
	let isKept = true;
	for (const store of [tab, browser]) {
		try {
			store?.setItem(placeOf(snippetId), text);
		} catch {
			isKept = false;
		}
	}
	return isKept;
}
