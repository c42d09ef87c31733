/** Unzips what a server printed as a module. It comes out of a sandbox: more than `maxBytes` is never kept. @throws when it is no gzip, or too long. */
export async function unpackModule(packed: Uint8Array, maxBytes: number): Promise<Uint8Array> {
	const parts: Uint8Array[] = [];
	let length = 0;
	const unzipped = new Blob([packed.slice()]).stream().pipeThrough(new DecompressionStream("gzip"));
	for (const reader = unzipped.getReader(); ; ) {
		const { done, value } = await reader.read();
		if (done) break;
		length += value.length;
		if (length > maxBytes) {
			await reader.cancel();
			throw new RangeError(`the module has more than ${maxBytes} bytes`);
		}
		parts.push(value);
	}
	return new Uint8Array(await new Blob(parts.map((part) => part.slice())).arrayBuffer());
}
