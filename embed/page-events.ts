import type { Outcome } from "../protocol/outcome.ts";

/** What an author's own scripts hear and call. */

/** On the block's element, bubbling. */
export interface SandglassEventDetails {
	/** The frame has taken the block's place. */
	"sandglass:ready": Readonly<Record<string, never>>;
	"sandglass:started": { readonly tier: string; readonly version: string };
	"sandglass:output": { readonly stream: "stdout" | "stderr"; readonly text: string };
	"sandglass:exit": { readonly outcome: Outcome; readonly message: string };
	/** The reader changed the code. */
	"sandglass:change": { readonly code: string };
}

type SandglassEvents = { [Name in keyof SandglassEventDetails]: CustomEvent<SandglassEventDetails[Name]> };

/** On `<sandglass-snippet>`, and as the property `sandglass` of a block's element and of its `pre`. */
export interface SandglassMethods {
	/** Opens the frame where it is not open, and runs. */
	run(): void;
	stop(): void;
	/** Opens the frame where it is not open. */
	setCode(code: string): void;
	/** As it stands now, the reader's edits included. */
	getCode(): Promise<string>;
	/** Puts the keyboard into the frame, or on the Run button before there is one. */
	focus(): void;
}

declare global {
	interface HTMLElementEventMap extends SandglassEvents {}
	interface HTMLElement {
		sandglass?: SandglassMethods;
	}
}
