// Row 27. Reads files outside its workspace by every interface that a JavaScript engine may have.
const paths = ["/etc/passwd", "/proc/self/environ", "/proc/1/environ", "/proc/self/mountinfo", "../etc/passwd", "/"];

async function attempt(name, action) {
	try {
		console.log("look: ", name, "→", JSON.stringify(String(await action()).slice(0, 70)));
	} catch (error) {
		// What is not defined at all cannot be attacked; what is defined and refuses, held.
		console.log(error instanceof ReferenceError ? "absent:" : "HELD: ", name, "→", String(error).slice(0, 120));
	}
}

(async () => {
	for (const path of paths) {
		await attempt(`node:fs ${path}`, async () => (await import("node:fs")).readFileSync(path, "utf8"));
		await attempt(`Deno ${path}`, () => Deno.readTextFileSync(path));
		await attempt(`std ${path}`, () => std.loadFile(path).length);
	}
	await attempt("write /etc/owned", async () => (await import("node:fs")).writeFileSync("/etc/owned", ""));
	await attempt("Deno write /etc/owned", () => Deno.writeTextFileSync("/etc/owned", ""));
})();
