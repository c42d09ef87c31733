import { Readable } from "node:stream";
import type Docker from "dockerode";

/**
 * The smallest image that tells whether a runtime starts containers here: one program of a dozen instructions, which writes the number of
 * its system-call filter's mode ("2": a filter is in force) and ends. Made from nothing, so it needs no registry and no build.
 */

export const trialImage = "sandglass-trial:1";
export const trialAnswer = "2";

/** prctl(PR_GET_SECCOMP) → one digit → write(1) → exit_group(0). */
const instructions: Readonly<Record<string, { readonly machine: number; readonly code: string }>> = {
	x86_64: {
		machine: 62,
		code: "bf15000000 b89d000000 0f05 0430 50 4889e6 ba01000000 bf01000000 b801000000 0f05 31ff b8e7000000 0f05",
	},
	aarch64: {
		machine: 183,
		code: "a00280d2 e81480d2 010000d4 00c00011 e00f1ff8 200080d2 e1030091 220080d2 080880d2 010000d4 000080d2 c80b80d2 010000d4",
	},
};

const loadAddress = 0x400000n;
const elfHeaderBytes = 64;
const programHeaderBytes = 56;
const tarBlockBytes = 512;

/** A static 64-bit ELF of one segment (elf(5)). Undefined for a machine whose instructions are not known here. */
export function trialProgram(architecture: string): Buffer | undefined {
	const known = instructions[architecture];
	if (known === undefined) return undefined;
	const code = Buffer.from(known.code.replaceAll(" ", ""), "hex");
	const start = elfHeaderBytes + programHeaderBytes;
	const file = Buffer.alloc(start + code.length);
	file.write("\x7fELF\x02\x01\x01", 0, "latin1");
	file.writeUInt16LE(2, 16);
	file.writeUInt16LE(known.machine, 18);
	file.writeUInt32LE(1, 20);
	file.writeBigUInt64LE(loadAddress + BigInt(start), 24);
	file.writeBigUInt64LE(BigInt(elfHeaderBytes), 32);
	file.writeUInt16LE(elfHeaderBytes, 52);
	file.writeUInt16LE(programHeaderBytes, 54);
	file.writeUInt16LE(1, 56);
	const segment = file.subarray(elfHeaderBytes, start);
	segment.writeUInt32LE(1, 0);
	segment.writeUInt32LE(5, 4);
	segment.writeBigUInt64LE(loadAddress, 16);
	segment.writeBigUInt64LE(loadAddress, 24);
	segment.writeBigUInt64LE(BigInt(file.length), 32);
	segment.writeBigUInt64LE(BigInt(file.length), 40);
	segment.writeBigUInt64LE(0x1000n, 48);
	code.copy(file, start);
	return file;
}

/** An archive with that one executable file (POSIX ustar). */
function archive(name: string, content: Buffer): Buffer {
	const header = Buffer.alloc(tarBlockBytes);
	header.write(name, 0);
	header.write("0000755\0", 100);
	header.write("0000000\0", 108);
	header.write("0000000\0", 116);
	header.write(`${content.length.toString(8).padStart(11, "0")}\0`, 124);
	header.write("00000000000\0", 136);
	header.write("        ", 148);
	header.write("ustar\x0000", 257, "latin1");
	header.write("0", 156);
	const sum = header.reduce((total, byte) => total + byte, 0);
	header.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148);
	const padding = Buffer.alloc((tarBlockBytes - (content.length % tarBlockBytes)) % tarBlockBytes);
	return Buffer.concat([header, content, padding, Buffer.alloc(2 * tarBlockBytes)]);
}

/** False where this machine's instructions are not known. Rejects when the engine does. */
export async function ensureTrialImage(docker: Docker, architecture: string): Promise<boolean> {
	const program = trialProgram(architecture);
	if (program === undefined) return false;
	const present = await docker.listImages({ filters: { reference: [trialImage] } });
	if (present.length > 0) return true;
	const [repo = "", tag = ""] = trialImage.split(":");
	const answer = await docker.importImage(Readable.from([archive("trial", program)]), { repo, tag, changes: ['ENTRYPOINT ["/trial"]'] });
	await new Promise<void>((resolve, reject) => {
		docker.modem.followProgress(answer, (error) => (error ? reject(error) : resolve()));
	});
	return true;
}
