import assert from "node:assert/strict";
import test from "node:test";
import { nameOf, readAddress } from "./raw-text.ts";

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
