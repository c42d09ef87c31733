import { type CodeParts, splitHiddenCode, wholeCode } from "../protocol/cells.ts";
import type { EmbedCommandInput, EmbedEvent, EmbedOptionsInput } from "../protocol/embed.ts";
import { embedMark as mark } from "../protocol/embed-mark.ts";
import type { Recording } from "../protocol/recordings.ts";
import type { Block } from "./block.ts";
import { readText, showOnly } from "./block-text.ts";
import { type Controls, createControls } from "./controls.ts";
import { type Frame, openFrame } from "./frame.ts";
import type { EmbedLanguage } from "./languages.ts";
import { readLook } from "./look.ts";
import type { SandglassMethods } from "./page-events.ts";
import { createPanel } from "./panel.ts";
import { createRecordedOutput, type RecordedOutput } from "./recorded-output.ts";
import type { WrittenOptions } from "./written-options.ts";

/**
 * One block of the page: plain with buttons on it, then a frame in its place. Its code is read when it is needed, from the page or, once the
 * reader may have edited it, from what the frame said last.
 */

export interface SnippetOptions {
	readonly block: Block;
	readonly language: EmbedLanguage;
	readonly written: WrittenOptions;
	readonly server: string;
	readonly styles: CSSStyleSheet;
	/** What the cells above it ran, in their order. */
	readonly codesAbove: () => string[];
	/** Its code was edited, or it was run: what stands below in its session may be old. */
	readonly onMoved: () => void;
	readonly onAuthorProblem: (message: string) => void;
}

export interface Snippet {
	readonly block: Block;
	readonly controls: Controls;
	readonly methods: SandglassMethods;
	readonly written: WrittenOptions;
	/** As cellsAbove asks. */
	readonly language: string;
	readonly session: string | undefined;
	readonly isMeantToFail: boolean | undefined;
	/** The program as it runs now, without its other files. */
	readCode(): string;
	cameIntoView(): void;
	/** From the author's recordings. `movesNothing`: it can be shown without moving what the reader sees. */
	offerRecording(recording: Recording, movesNothing: boolean): void;
	/** A cell above was edited or run. */
	contextMoved(): void;
	/** The block left the page. */
	close(): void;
}

type State = { readonly kind: "plain" } | { readonly kind: "opening" | "open"; readonly frame: Frame };

const defaultMaxHeightPx = 600;

const joined = (...parts: readonly (string | undefined)[]): string => parts.filter((part) => part !== undefined && part !== "").join("\n");

export function createSnippet(options: SnippetOptions): Snippet {
	const { block, language, written, server, styles, codesAbove, onMoved, onAuthorProblem } = options;
	const { file, sandbox, files = [], hiddenBefore, hiddenAfter, isMeantToFail, ...plainOptions } = written;
	const { session, maxHeightPx = defaultMaxHeightPx } = plainOptions;
	const panel = createPanel(block, styles, maxHeightPx);
	let state: State = { kind: "plain" };
	/** Where the block held markers, which are no longer on the page, or the reader or a script changed the code. */
	let known: CodeParts | undefined;
	let recording: Recording | undefined;
	let recorded: RecordedOutput | undefined;
	/** Typed into the recording before the reader took over. */
	let typed: string | undefined;
	let hasRun = false;
	let isStale = false;
	/** Told to the frame once it is shown. */
	let pending: EmbedCommandInput[] = [];
	/** Those who wait for the code, by the numbers of their requests. */
	const askers: ((code: string) => void)[] = [];

	const parts = (): CodeParts => known ?? { before: "", shown: readText(block.code).text, after: "", problem: null };
	const change = (shown: string): void => {
		known = { ...parts(), shown };
		onMoved();
	};

	const hideMarked = (): void => {
		const whole = readText(block.code);
		const split = splitHiddenCode(whole.text);
		if (split.problem !== null) onAuthorProblem(split.problem);
		else if (split.shown !== whole.text) {
			known = split;
			const start = whole.text.indexOf(split.shown, split.before.length);
			showOnly(whole, start, start + split.shown.length);
		}
	};

	const configuration = (): EmbedOptionsInput => {
		const { before, shown, after } = parts();
		const { look, isDark } = readLook(block);
		return {
			theme: isDark ? "dark" : "light",
			...plainOptions,
			language: language.id,
			// It is opened when it is in view, and told to run.
			isAutorun: false,
			files: [{ name: file ?? language.fileName, content: shown }, ...files],
			hiddenBefore: joined(hiddenBefore, before),
			hiddenAfter: joined(after, hiddenAfter),
			stdin: typed ?? plainOptions.stdin,
			// Who presses Run where a recording is shown wants the program itself.
			recording: pending.some(({ type }) => type === "run") ? undefined : recording,
			look,
		};
	};

	const sendContext = (frame: Frame): void => {
		if (session !== undefined) frame.send({ mark, type: "context", codes: codesAbove() });
	};

	const hear = (frame: Frame, event: EmbedEvent): void => {
		switch (event.type) {
			case "hello":
				frame.send({ mark, type: "configure", options: configuration() });
				sendContext(frame);
				return;
			case "code":
				askers[event.request]?.(event.code);
				return;
			case "resize":
				panel.grow(event.heightPx);
				return;
			case "problem":
				onAuthorProblem(event.message);
				// It did not take the block's options, and says nothing more.
				if (state.kind === "opening") {
					frame.close();
					comeBack(event.message);
				}
				return;
			case "ready":
				// Once; a frame that loaded itself anew is where it was.
				if (state.kind === "opening") {
					state = { kind: "open", frame };
					controls.setBusy(false);
					panel.takePlace(frame.element);
					for (const command of pending.splice(0)) send(frame, command);
				}
				break;
			case "started":
				hasRun = true;
				isStale = false;
				onMoved();
				break;
			case "change":
				change(event.code);
				break;
		}
		const { mark: _, type, ...detail } = event;
		block.element.dispatchEvent(new CustomEvent(`sandglass:${type}`, { detail, bubbles: true, composed: true }));
	};

	const comeBack = (sentence: string): void => {
		const [first] = pending.splice(0);
		state = { kind: "plain" };
		controls.setBusy(false);
		panel.giveBack();
		panel.say(`The code could not be run: ${sentence}`, () => first !== undefined && tell(first));
	};

	const open = (): void => {
		recorded?.stop();
		controls.setBusy(true);
		const frame = openFrame({
			server,
			title: `${written.title || `${language.name} program`}, run by Sandglass`,
			sandbox,
			onEvent: (event) => hear(frame, event),
			onFailure: comeBack,
		});
		state = { kind: "opening", frame };
		panel.prepare(frame.element);
	};

	/** The keyboard comes along, unless the reader has gone elsewhere while the frame loaded. */
	const send = (frame: Frame, command: EmbedCommandInput): void => {
		const { activeElement: at } = document;
		const isHere = at === document.body || at?.matches("[data-sandglass-ui]") === true;
		const takesFocus = command.type === "run" && command.takesFocus === true && isHere;
		if (takesFocus) frame.element.focus();
		frame.send(command.type === "run" ? { ...command, takesFocus } : command);
	};

	const tell = (command: EmbedCommandInput): void => {
		if (state.kind === "open") send(state.frame, command);
		else {
			pending.push(command);
			if (state.kind === "plain") open();
		}
	};

	const methods: SandglassMethods = {
		run: () => tell({ mark, type: "run" }),
		stop() {
			recorded?.stop();
			pending = pending.filter(({ type }) => type !== "run");
			if (state.kind === "open") tell({ mark, type: "stop" });
		},
		setCode(code) {
			change(code);
			tell({ mark, type: "setCode", code });
		},
		getCode: () =>
			new Promise((resolve) => {
				if (state.kind === "open") tell({ mark, type: "getCode", request: askers.push(resolve) - 1 });
				else resolve(parts().shown);
			}),
		focus: () => tell({ mark, type: "focus" }),
	};

	const runForReader = (): void => tell({ mark, type: "run", takesFocus: true });

	const controls = createControls({
		block,
		languageName: language.name,
		isEditable: written.isReadOnly !== true,
		styles,
		onRun: runForReader,
		onEdit: methods.focus,
	});
	if (block.code.textContent?.includes("sandglass:")) hideMarked();

	return {
		block,
		controls,
		methods,
		written,
		language: language.id,
		session,
		isMeantToFail,
		readCode() {
			const { before, shown, after } = parts();
			return wholeCode({ before: joined(hiddenBefore, before), shown, after: joined(after, hiddenAfter) });
		},
		cameIntoView() {
			if (written.isAutorun && recording === undefined) methods.run();
		},
		offerRecording(found, movesNothing) {
			if (state.kind !== "plain" || recording !== undefined) return;
			recording = found;
			recorded = createRecordedOutput(found, language.name, (text) => {
				typed = text;
				runForReader();
			});
			const { node } = recorded;
			controls.relabel("▶ Run live", `Run this ${language.name} code on the server`);
			if (movesNothing) panel.show(node);
			else controls.offer("Output", "Show the recorded output", () => panel.show(node));
		},
		contextMoved() {
			if (!isStale) recorded?.markStale();
			isStale = true;
			if (state.kind !== "open") return;
			sendContext(state.frame);
			if (hasRun) tell({ mark, type: "stale", isStale });
		},
		close() {
			recorded?.stop();
			if (state.kind !== "plain") state.frame.close();
			state = { kind: "plain" };
			panel.giveBack();
		},
	};
}
