import { type RefObject, useEffect, useMemo, useState } from "react";
import type { CatalogueLanguage } from "../../protocol/catalogue.ts";
import type { EmbedOptions } from "../../protocol/embed.ts";
import type { AuthorPort } from "./author-port.ts";
import type { CodePaneHandle } from "./code-pane.tsx";
import { type Draft, shareDraft } from "./run-plan.ts";
import type { CommandQueue } from "./use-embed-source.ts";

export interface EmbedCode extends Draft {
	readonly isEdited: boolean;
	/** A cell above was changed or run again since this one ran. */
	readonly isStale: boolean;
	readonly edit: (file: number, content: string) => void;
	readonly setStale: (isStale: boolean) => void;
}

export interface RunCommands {
	run(takesFocus: boolean): void;
	stop(): void;
	type(text: string): void;
	/** The terminal of a running program, else the editor. */
	focus(): void;
}

interface EmbedCodeParts {
	readonly options: EmbedOptions;
	readonly port: AuthorPort | null;
	readonly commands: CommandQueue;
	readonly pane: RefObject<CodePaneHandle | null>;
	/** null: nothing can run yet, so nothing is listened to. */
	readonly actions: RefObject<RunCommands | null>;
	readonly isReady: boolean;
}

/** Without the last line end, as a block of a page shows it: an editor would draw an empty line for it. */
const asShown = ({ content }: { readonly content: string }): string => content.replace(/\r?\n$/, "");

/** Owns what the reader wrote and what the author's page says of it. */
export function useEmbedCode({ options, port, commands, pane, actions, isReady }: EmbedCodeParts): EmbedCode {
	const [contents, setContents] = useState<readonly string[]>(() => options.files.map(asShown));
	const [context, setContext] = useState<readonly string[]>([]);
	const [isStale, setStale] = useState(false);
	const edit = (file: number, content: string): void => {
		setContents((current) => current.map((it, at) => (at === file ? content : it)));
		if (file === 0) port?.send({ type: "change", code: content });
	};
	useEffect(() => {
		if (!isReady) return;
		// An own copy: `getCode` right after `setCode` is answered before React has drawn anything.
		return commands.listen((command) => {
			switch (command.type) {
				case "run":
					return actions.current?.run(command.takesFocus);
				case "stop":
					return actions.current?.stop();
				case "input":
					return actions.current?.type(command.text);
				case "focus":
					return actions.current?.focus();
				case "stale":
					return setStale(command.isStale);
				case "context":
					return setContext(command.codes);
				case "getCode":
					return setContents((current) => {
						const { request } = command;
						queueMicrotask(() => port?.send({ type: "code", request, code: current[0] ?? "" }));
						return current;
					});
				case "setCode": {
					const file = command.file === undefined ? 0 : options.files.findIndex(({ name }) => name === command.file);
					if (file < 0) return port?.send({ type: "problem", message: `There is no file ${JSON.stringify(command.file)} in this block.` });
					setContents((current) => current.map((it, at) => (at === file ? command.code : it)));
					return pane.current?.replace(file, command.code);
				}
			}
		});
	}, [isReady, commands, actions, pane, port, options]);
	const isEdited = options.files.some((file, at) => contents[at] !== asShown(file));
	return { options, contents, context, isEdited, isStale, edit, setStale };
}

/** Where the program as it is now opens in the playground: "/" until it is packed, null when it is too long for a link. */
export function usePlaygroundLink(draft: Draft, language: CatalogueLanguage | null): string | null {
	const [link, setLink] = useState<string | null>("/");
	const { options, contents, context } = draft;
	const shared = useMemo(() => shareDraft({ options, contents, context }, language), [options, contents, context, language]);
	useEffect(() => {
		let isStale = false;
		const pack = async (): Promise<void> => {
			const { encodeFragment } = await import("../share/fragment.ts");
			const fragment = encodeFragment(shared);
			if (!isStale) setLink(fragment === null ? null : `/${fragment}`);
		};
		const timer = setTimeout(() => {
			pack().catch((error: unknown) => console.info("The link to the playground could not be made.", error));
		}, packDelayMs);
		return () => {
			isStale = true;
			clearTimeout(timer);
		};
	}, [shared]);
	return link;
}

/** While somebody types, nothing is packed. */
const packDelayMs = 400;
