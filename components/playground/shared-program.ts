import type { ComponentType, Dispatch, SetStateAction } from "react";
import type { Snippet } from "../../protocol/snippets.ts";
import type { OutputSink } from "../session/session-client.ts";
import type { Offer, SharedStart } from "../storage/use-work.ts";
import type { Work } from "../storage/work.ts";
import type { ProgramParts } from "./use-program.ts";

/** What the playground is lent where it shows a stored program; a page without one fetches none of that code. */

export interface SharedBarProps {
	readonly snippet: Snippet;
	readonly offer: Offer;
	/** What is on the page now; null: nothing could be opened. */
	readonly program: ProgramParts | null;
	/** Nothing has run on this page yet. */
	readonly isIdle: boolean;
	readonly terminal: OutputSink;
	readonly setWork: Dispatch<SetStateAction<Work | null>>;
}

export interface SharedProgram extends SharedStart {
	readonly snippet: Snippet;
	/** Says above the editor what was shared. */
	readonly Bar: ComponentType<SharedBarProps>;
}
