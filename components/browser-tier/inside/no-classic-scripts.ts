// Pyodide refuses workers that can import classic scripts, and finds out by trying. This one can, but has no use for it; first of all imports.
Object.defineProperty(globalThis, "importScripts", {
	value: () => {
		throw new TypeError("no scripts are imported here");
	},
});
