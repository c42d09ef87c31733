import { useEffect, useRef, useState } from "react";
import type { EmbedCommand, EmbedOptions } from "../../protocol/embed.ts";
import { readAddress } from "./address-options.ts";
import { AuthorPort } from "./author-port.ts";

export type Source =
	| { readonly kind: "waiting" }
	| { readonly kind: "failed"; readonly sentence: string }
	| {
			readonly kind: "ready";
			readonly options: EmbedOptions;
			/** Grows with each `configure`, which starts the frame anew. */
			readonly generation: number;
			/** The page around it hears `resize`; else the frame has the height that it has. */
			readonly isGrowing: boolean;
	  };

export type Command = Exclude<EmbedCommand, { type: "configure" }>;

/** Commands that come while nobody listens yet are kept: a page may send `configure` and `run` in one breath. */
export class CommandQueue {
	#listener: ((command: Command) => void) | null = null;
	#waiting: Command[] = [];

	push(command: Command): void {
		if (this.#listener === null) this.#waiting.push(command);
		else this.#listener(command);
	}

	clear(): void {
		this.#listener = null;
		this.#waiting = [];
	}

	/** Returns what ends the listening. */
	listen(listener: (command: Command) => void): () => void {
		this.#listener = listener;
		for (const command of this.#waiting.splice(0)) listener(command);
		return () => {
			if (this.#listener === listener) this.#listener = null;
		};
	}
}

/** Owns the talk with the author's page, and what the frame is to show: what that page says, or the frame's own address. */
export function useEmbedSource(): { source: Source; port: AuthorPort | null; commands: CommandQueue } {
	const [source, setSource] = useState<Source>({ kind: "waiting" });
	const [port, setPort] = useState<AuthorPort | null>(null);
	const commands = useRef<CommandQueue>(null);
	commands.current ??= new CommandQueue();
	const queue = commands.current;
	useEffect(() => {
		let generation = 0;
		const fetching = new AbortController();
		const opened = new AuthorPort(window, (command) => {
			if (command.type !== "configure") {
				queue.push(command);
				return;
			}
			fetching.abort();
			generation++;
			queue.clear();
			setSource({ kind: "ready", options: command.options, generation, isGrowing: true });
		});
		setPort(opened);
		readAddress(location, fetching.signal)
			.then((reading) => {
				if (generation > 0) return;
				if (reading === null) {
					if (!opened.isFramed)
						setSource({ kind: "failed", sentence: "This page is made to stand in another one; it was given no program." });
				} else if ("problem" in reading) setSource({ kind: "failed", sentence: reading.problem });
				else setSource({ kind: "ready", options: reading.options, generation, isGrowing: false });
			})
			.catch((error: unknown) => {
				if (fetching.signal.aborted) return;
				console.info("The program could not be fetched.", error);
				setSource({ kind: "failed", sentence: "The server cannot be reached. Reload the page to try again." });
			});
		return () => {
			fetching.abort();
			opened.close();
		};
	}, [queue]);
	return { source, port, commands: queue };
}
