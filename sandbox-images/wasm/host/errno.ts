/** The error numbers of WASI preview 1 that this host gives (wasi_snapshot_preview1, `errno`). */
export const Errno = {
	success: 0,
	badDescriptor: 8,
	exists: 20,
	fault: 21,
	illegalSequence: 25,
	invalid: 28,
	io: 29,
	isDirectory: 31,
	tooManyOpen: 33,
	tooManyLinks: 32,
	nameTooLong: 37,
	noEntry: 44,
	noSpace: 51,
	notDirectory: 54,
	notEmpty: 55,
	notSupported: 58,
	illegalSeek: 70,
	/** Beyond what was granted: the answer to every way out of the workspace. */
	notCapable: 76,
} as const;
export type Errno = (typeof Errno)[keyof typeof Errno];

/** Thrown by whatever a call of the module leads to; the call answers with its number. */
export class WasiError extends Error {
	readonly errno: Errno;

	constructor(errno: Errno) {
		super(`errno ${errno}`);
		this.errno = errno;
	}
}

export function refuse(errno: Errno): never {
	throw new WasiError(errno);
}
