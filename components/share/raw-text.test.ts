import assert from "node:assert/strict";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import test from "node:test";
import { fetchText, nameOf, readAddress } from "./raw-text.ts";

test("only https addresses without a name and a password are shown as links or fetched", () => {
	assert.equal(readAddress("https://raw.example.org/a/main.py")?.host, "raw.example.org");
	const others = [
		"",
		"main.py",
		"http://x.org/a",
		"javascript:alert(1)",
		"data:text/plain,x",
		"https://user:secret@x.org/",
		"//x.org/a",
		"file:///etc/passwd",
		"blob:https://x.org/1",
	];
	for (const address of others) assert.equal(readAddress(address), null, address);
});

test("a file is named after the end of its address", () => {
	assert.equal(nameOf(new URL("https://x.org/a/b%20c.py?raw=1#L2")), "b c.py");
	assert.equal(nameOf(new URL("https://x.org/%E0%A4%A.py")), "%E0%A4%A.py");
	assert.equal(nameOf(new URL("https://x.org/")), "");
});

test("a text is fetched whole, and neither a redirect nor an endless one is", async (context) => {
	const server = createServer((request, response) => {
		if (request.url === "/moved.py") response.writeHead(302, { location: "/main.py" }).end();
		else if (request.url === "/endless.py") {
			const more = () => !response.destroyed && response.write("x".repeat(65_536), more);
			more();
		} else if (request.url === "/main.py") response.end("print('ü')\n");
		else response.writeHead(404).end();
	});
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
	context.after(() => server.close());
	context.after(() => server.closeAllConnections());
	const { port } = server.address() as AddressInfo;
	const read = (path: string) => fetchText(new URL(`http://127.0.0.1:${port}${path}`), new AbortController().signal);
	const fetched = await read("/main.py");
	assert.ok("file" in fetched);
	assert.deepEqual([fetched.file.name, await fetched.file.text()], ["main.py", "print('ü')\n"]);
	for (const [path, words] of [
		["/moved.py", /Nothing could be fetched/],
		["/endless.py", /longer than 256 KiB/],
		["/none.py", /answered with status 404/],
	] as const) {
		const refused = await read(path);
		assert.ok("problem" in refused);
		assert.match(refused.problem, words);
	}
});
