/** What a reader is told when a module traps: what happened, and in which functions. */

const meanings: readonly (readonly [RegExp, string])[] = [
	[/unreachable/, "unreachable: the program reached a point that it must not (abort, a failed assertion, __builtin_trap)"],
	[/memory access out of bounds|data segment/, "out of bounds: the program read or wrote outside of its memory"],
	[/divide by zero|remainder by zero/, "division by zero"],
	[/divide result unrepresentable|integer overflow/, "division overflow"],
	[/float unrepresentable/, "a floating-point number does not fit the integer type"],
	[/null function|signature mismatch|table index is out of bounds|indirect call/, "a function pointer leads to no function of that type"],
	[/call stack|recursion/i, "stack overflow: calls are nested too deep"],
];

const maxFrames = 24;

/** Undefined: no trap, but a fault of the host. */
export function describeTrap(error: unknown): string | undefined {
	const isStackOverflow = error instanceof RangeError && /call stack/.test(error.message);
	if (!(error instanceof WebAssembly.RuntimeError) && !isStackOverflow) return undefined;
	const meaning = meanings.find(([pattern]) => pattern.test(error.message))?.[1] ?? error.message;
	// V8: "    at name (wasm://wasm/module-1a2b:wasm-function[12]:0x34)"
	const frames = [...(error.stack ?? "").matchAll(/^ {4}at (.+?) \(wasm:\/\/[^)]*\)$/gm)].map(([, name]) => `    in ${name}`);
	return [`Trapped: ${meaning}`, ...frames.slice(0, maxFrames)].join("\n");
}
