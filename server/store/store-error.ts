import type { ErrorCode } from "../../protocol/errors.ts";

export type StoreProblem = Extract<ErrorCode, "storeFull" | "storeReadOnly" | "storeDown" | "snippetRemoved" | "snippetTooLarge">;

/** What a store cannot do now, and why. The message is for the operator's log; a reader gets the code's sentence. */
export class StoreError extends Error {
	readonly code: StoreProblem;

	constructor(code: StoreProblem, message: string, options?: ErrorOptions) {
		super(message, options);
		this.code = code;
	}
}
