import type { EmbedCommandInput, EmbedEvent } from "../protocol/embed.ts";
import { embedPath } from "../protocol/embed-mark.ts";
import { readEvent } from "./frame-messages.ts";

/** One frame of ours and the messages to and from it. What it does not say in time is a failure, told once. */

export interface FrameOptions {
	/** The server's origin. */
	readonly server: string;
	readonly title: string;
	/** The `sandbox` attribute; undefined: none. */
	readonly sandbox: string | undefined;
	readonly onEvent: (event: EmbedEvent) => void;
	/** For the reader. */
	readonly onFailure: (sentence: string) => void;
}

export interface Frame {
	readonly element: HTMLIFrameElement;
	send(command: EmbedCommandInput): void;
	close(): void;
}

/** From the start to its first word, and from there to being shown. */
const patienceMs = 12_000;
/** A document is there and says nothing: it is none of ours (an error page of the browser is one too). */
const loadedPatienceMs = 4_000;

export function openFrame({ server, title, sandbox, onEvent, onFailure }: FrameOptions): Frame {
	const element = document.createElement("iframe");
	const lifetime = new AbortController();
	const { signal } = lifetime;
	// In a sandbox an origin has no name, and so cannot be addressed.
	const isNameless = sandbox !== undefined || origin === "null";
	let isSilent = true;
	let timer: ReturnType<typeof setTimeout> | undefined;

	const close = (): void => {
		clearTimeout(timer);
		lifetime.abort();
		element.remove();
	};
	const fail = (sentence: string): void => {
		close();
		onFailure(sentence);
	};
	const wait = (ms: number): void => {
		clearTimeout(timer);
		timer = setTimeout(() => fail(`${server} does not answer, or not for this site.`), ms);
	};

	addEventListener(
		"message",
		(message: MessageEvent<unknown>) => {
			if (message.source !== element.contentWindow || message.origin !== (isNameless ? "null" : server)) return;
			const event = readEvent(message.data);
			if (event === null) return;
			if (isSilent) wait(patienceMs);
			isSilent = false;
			if (event.type === "ready") clearTimeout(timer);
			onEvent(event);
		},
		{ signal },
	);
	document.addEventListener(
		"securitypolicyviolation",
		({ effectiveDirective, blockedURI }) => {
			if (effectiveDirective === "frame-src" && blockedURI.startsWith(server))
				fail(`this page's Content-Security-Policy does not allow frames of ${server}.`);
		},
		{ signal },
	);
	element.addEventListener("load", () => isSilent && wait(loadedPatienceMs));
	wait(patienceMs);

	// Without scripts it could do nothing at all.
	if (sandbox !== undefined) element.setAttribute("sandbox", `${sandbox} allow-scripts`);
	element.title = title;
	element.allow = "clipboard-write";
	// The site's name is what quotas are counted by; which of its pages it is, is nobody's business.
	element.referrerPolicy = "origin";
	element.src = server + embedPath;
	return { element, close, send: (command) => element.contentWindow?.postMessage(command, isNameless ? "*" : server) };
}
