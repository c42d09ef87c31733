// Row 16. Starts another program, and sends process 1 a signal. Node may start one (inside its sandbox); Deno and an isolate may not.
async function attempt(name, action) {
	try {
		console.log("look: ", name, "→", String(await action()).slice(0, 120));
	} catch (error) {
		// What is not defined at all cannot be attacked; what is defined and refuses, held.
		console.log(error instanceof ReferenceError ? "absent:" : "HELD: ", name, "→", String(error).slice(0, 120));
	}
}

(async () => {
	await attempt("node:child_process", async () => {
		const { execFileSync } = await import("node:child_process");
		return execFileSync(process.execPath, ["--version"]);
	});
	await attempt("Deno.Command", async () => (await new Deno.Command("/usr/bin/deno", { args: ["--version"] }).output()).code);
	await attempt("process.kill(1)", () => process.kill(1, "SIGKILL"));
	await attempt("Deno.kill(1)", () => Deno.kill(1, "SIGKILL"));
	await attempt("a native library", () => Deno.dlopen("/usr/lib/x86_64-linux-gnu/libc.so.6", {}));
	await attempt("process.dlopen", () => process.dlopen({ exports: {} }, "/usr/lib/x86_64-linux-gnu/libc.so.6"));
})();
