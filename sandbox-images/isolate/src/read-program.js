/**
 * What isolate-run sends before the program's input: records of a kind (one byte), the lengths of a name and a content (u32, big endian), the
 * name, the content. Kinds: `m` the entry's name, `a` an argument, `f` a file. The header Program-Bytes says how long they are together.
 */

const maxProgramBytes = 8 * 1024 * 1024;

export async function readProgram(request) {
	const length = Number(request.headers.get("program-bytes"));
	if (!Number.isSafeInteger(length) || length < 1 || length > maxProgramBytes) throw new Error("The program is too long.");
	const reader = request.body.getReader({ mode: "byob" });
	const { value } = await reader.readAtLeast(length, new Uint8Array(length));
	reader.releaseLock();
	if (value?.byteLength !== length) throw new Error("The program did not arrive whole.");
	return parseRecords(value);
}

function parseRecords(bytes) {
	const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
	const decoder = new TextDecoder();
	const program = { entry: "", programArguments: [], files: [] };
	for (let at = 0; at < bytes.byteLength; ) {
		const kind = String.fromCharCode(view.getUint8(at));
		const nameLength = view.getUint32(at + 1);
		const contentLength = view.getUint32(at + 5);
		const name = decoder.decode(bytes.subarray(at + 9, at + 9 + nameLength));
		at += 9 + nameLength;
		const content = bytes.slice(at, at + contentLength);
		at += contentLength;
		if (kind === "m") program.entry = name;
		if (kind === "a") program.programArguments.push(name);
		if (kind === "f") program.files.push({ name, content: isText(name) ? decoder.decode(content) : content.buffer });
	}
	return program;
}

const isText = (name) => !/\.(wasm|bin)$/.test(name);
