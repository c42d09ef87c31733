import * as z from "zod/mini";
import { matching, ordinal, text } from "../../protocol/schema.ts";
import { type RuntimeKind, runtimeKinds } from "./wire.ts";

/** What setup/browser-runtime.ts built; next.config.js writes it into the page when that is built. */

const RuntimeFile = z.strictObject({ name: text(100), bytes: ordinal() });
export type RuntimeFile = z.infer<typeof RuntimeFile>;

const RuntimeManifest = z.strictObject({
	path: matching(/^\/browser-runtime\/[0-9a-f]{16}$/),
	frameScriptHash: z.string(),
	runtimes: z.record(z.enum(runtimeKinds), z.strictObject({ script: RuntimeFile, parts: z.array(RuntimeFile) })),
});
export type RuntimeManifest = z.infer<typeof RuntimeManifest>;

/** @throws when the page was built without one. */
export function readManifest(text: string | undefined): RuntimeManifest {
	return RuntimeManifest.parse(JSON.parse(text ?? "null"));
}

export interface RuntimeBytes {
	readonly script: ArrayBuffer;
	readonly parts: Readonly<Record<string, ArrayBuffer>>;
}

async function fetchFile(url: string, signal: AbortSignal, onBytes: (count: number) => void): Promise<ArrayBuffer> {
	const response = await fetch(url, { signal });
	if (!response.ok || response.body === null) throw new Error(`${url} was answered with status ${response.status}`);
	const chunks: Uint8Array<ArrayBuffer>[] = [];
	for (const reader = response.body.getReader(); ; ) {
		const { done, value } = await reader.read();
		if (done) return new Blob(chunks).arrayBuffer();
		chunks.push(value);
		onBytes(value.length);
	}
}

/** Fetches a runtime; `onShare` hears 0 to 1 as it comes. Rejects when the server does not answer, or `signal` says so. */
export async function fetchRuntime(
	manifest: RuntimeManifest,
	kind: RuntimeKind,
	signal: AbortSignal,
	onShare: (share: number) => void,
): Promise<RuntimeBytes> {
	const { script, parts } = manifest.runtimes[kind];
	const total = [script, ...parts].reduce((sum, { bytes }) => sum + bytes, 0);
	let come = 0;
	const load = ({ name }: RuntimeFile): Promise<ArrayBuffer> =>
		fetchFile(`${manifest.path}/${name}`, signal, (count) => {
			come += count;
			onShare(Math.min(1, come / total));
		});
	const [scriptBytes, ...partBytes] = await Promise.all([script, ...parts].map(load));
	if (scriptBytes === undefined) throw new Error("nothing came");
	return { script: scriptBytes, parts: Object.fromEntries(parts.map(({ name }, index) => [name, partBytes[index] ?? new ArrayBuffer(0)])) };
}
