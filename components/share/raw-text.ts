import { maxFilesBytes } from "../../protocol/files.ts";
import { formatBytes } from "../../protocol/outcome.ts";

/**
 * A text from an address, fetched by the reader's own browser: from the sites that the operator listed, which are all that the page's content
 * security policy lets it reach. No cookie goes along, no redirect is followed, and no more is read than a program may be.
 */

/** The address as a link that may be shown: https, without a name and a password in it; null: it is none. */
export function readAddress(text: string): URL | null {
	const url = URL.canParse(text) ? new URL(text) : null;
	return url?.protocol === "https:" && url.username === "" && url.password === "" ? url : null;
}

/** The last part of the path. */
export function nameOf({ pathname }: URL): string {
	const last = pathname.split("/").at(-1) ?? "";
	try {
		return decodeURIComponent(last);
	} catch {
		return last;
	}
}

async function readCapped(body: ReadableStream<Uint8Array<ArrayBuffer>>): Promise<Uint8Array<ArrayBuffer>[] | null> {
	const parts: Uint8Array<ArrayBuffer>[] = [];
	let length = 0;
	const reader = body.getReader();
	for (;;) {
		const { done, value } = await reader.read();
		if (done) return parts;
		length += value.length;
		if (length > maxFilesBytes) {
			await reader.cancel();
			return null;
		}
		parts.push(value);
	}
}

export type FetchedText = { readonly file: File } | { readonly problem: string };

export async function fetchText(address: URL, signal: AbortSignal): Promise<FetchedText> {
	try {
		const response = await fetch(address, {
			signal,
			credentials: "omit",
			referrerPolicy: "no-referrer",
			redirect: "error",
			cache: "no-store",
		});
		if (!response.ok) return { problem: `${address.host} answered with status ${response.status}.` };
		const parts = response.body === null ? [] : await readCapped(response.body);
		if (parts === null) return { problem: `The text is longer than ${formatBytes(maxFilesBytes)}, the most that a program may be.` };
		return { file: new File(parts, nameOf(address)) };
	} catch (error) {
		console.info("The address could not be fetched.", error);
		return { problem: `Nothing could be fetched from ${address.host}. Open the address in a new tab, copy its text, and paste it below.` };
	}
}
