// Row 33. Looks for secrets of the server: the environment, the arguments, everything global.
function attempt(name, action) {
	try {
		console.log("look: ", name, "→", JSON.stringify(action())?.slice(0, 300));
	} catch (error) {
		// What is not defined at all cannot be attacked; what is defined and refuses, held.
		console.log(error instanceof ReferenceError ? "absent:" : "HELD: ", name, "→", String(error).slice(0, 120));
	}
}

attempt("process.env", () => process.env);
attempt("process.argv", () => process.argv);
attempt("Deno.env", () => Deno.env.toObject());
attempt("Deno.hostname", () => Deno.hostname());
attempt("globals", () => Object.getOwnPropertyNames(globalThis).filter((name) => /env|secret|token|key|process|Deno|require/i.test(name)));
