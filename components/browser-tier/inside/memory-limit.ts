/**
 * Refuses growth of an interpreter's memory over the limit, so that a program meets its language's own error and not the end of the tab.
 * QuickJS has a limit of its own, which as WebAssembly counts only what a single allocation asks for.
 */
export function limitMemory(limitBytes: number): void {
	const pageBytes = 65_536;
	const grow = WebAssembly.Memory.prototype.grow;
	WebAssembly.Memory.prototype.grow = function (pages: number) {
		if (this.buffer.byteLength + pages * pageBytes > limitBytes) throw new RangeError("over the memory limit");
		return grow.call(this, pages);
	};
}
