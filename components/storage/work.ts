import { z } from "zod";

/**
 * What a reader wrote, kept in the browser over a reload. Each tab keeps its own in sessionStorage, so that two tabs do not trample
 * each other; the last written of all is in localStorage too, where a new tab starts from.
 */

const StoredFile = z.strictObject({ key: z.int().positive(), name: z.string(), content: z.string() });

const StoredWorkspace = z.strictObject({
	files: z.array(StoredFile).min(1).max(64).readonly(),
	activeKey: z.int().positive(),
	nextKey: z.int().positive(),
});

export const Work = z.strictObject({
	form: z.literal(1),
	languageId: z.string(),
	/** The version picked for each language; a language that is missing has its default. */
	versions: z.record(z.string(), z.string()),
	/** The isolation picked for each language; a language that is missing has the server's choice. */
	tiers: z.record(z.string(), z.string()).default({}),
	workspaces: z.record(z.string(), StoredWorkspace),
	argumentLine: z.string(),
});
export type Work = z.infer<typeof Work>;

const workKey = "sandglass.work";

export interface WorkStores {
	/** This tab's own. */
	readonly tab: Pick<Storage, "getItem" | "setItem">;
	/** All tabs'. */
	readonly browser: Pick<Storage, "getItem" | "setItem">;
}

/** null where the browser keeps nothing for this page, as with blocked site data. */
export function browserStores(): WorkStores | null {
	try {
		return { tab: sessionStorage, browser: localStorage };
	} catch {
		return null;
	}
}

function readWork(store: Pick<Storage, "getItem">): Work | null {
	try {
		return Work.parse(JSON.parse(store.getItem(workKey) ?? "null"));
	} catch {
		// Nothing kept, or kept by a page of another time: a new start harms nobody.
		return null;
	}
}

export function loadWork({ tab, browser }: WorkStores): Work | null {
	return readWork(tab) ?? readWork(browser);
}

/** False: the browser has no room for it, or is not allowed to keep it. */
export function saveWork({ tab, browser }: WorkStores, work: Work): boolean {
	const text = JSON.stringify(work);
	let isKept = true;
	for (const store of [tab, browser]) {
		try {
			store.setItem(workKey, text);
		} catch {
			isKept = false;
		}
	}
	return isKept;
}
