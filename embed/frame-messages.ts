import type { EmbedEvent } from "../protocol/embed.ts";
import { embedMark } from "../protocol/embed-mark.ts";
import { hasShape, isRecord, type Shapes, strangerIn } from "./shape.ts";

/** What the frame says. frame-messages.test.ts holds this against the schemas of protocol/embed.ts. */

/** Of its details nothing is read here: they go to the author's own scripts. */
export const outcomeShape: Shapes = { kind: /^(exited|signalled|compileFailed|limited|stopped|lost)$/ };

const shapes: Readonly<Record<string, Shapes>> = {
	hello: {},
	ready: {},
	started: { tier: "", version: "" },
	output: { stream: /^std(out|err)$/, text: "" },
	exit: { outcome: outcomeShape, message: "" },
	code: { request: 0, code: "" },
	change: { code: "" },
	resize: { heightPx: 0 },
	problem: { message: "" },
} satisfies Record<EmbedEvent["type"], Shapes>;

function isEvent(value: unknown): value is EmbedEvent {
	if (!isRecord(value) || value.mark !== embedMark || typeof value.type !== "string" || !Object.hasOwn(shapes, value.type)) return false;
	const shape = { mark: "", type: "", ...shapes[value.type] } as const;
	return hasShape(value, shape) && strangerIn(value, shape) === undefined;
}

/** Null: not ours, or not as agreed. */
export const readEvent = (value: unknown): EmbedEvent | null => (isEvent(value) ? value : null);
