import assert from "node:assert/strict";
import test from "node:test";
import { cookOutput, LineDiscipline } from "./line-discipline.ts";

function terminal() {
	const seen = { echo: "", inputs: 0, interrupts: 0 };
	const decoder = new TextDecoder();
	const line = new LineDiscipline({
		echo: (bytes) => {
			seen.echo += decoder.decode(bytes, { stream: true });
		},
		onInput: () => {
			seen.inputs++;
		},
		onInterrupt: () => {
			seen.interrupts++;
		},
	});
	const type = (text: string) => line.type(new TextEncoder().encode(text));
	const take = () => {
		const bytes = line.take();
		return bytes instanceof Uint8Array ? new TextDecoder().decode(bytes) : bytes;
	};
	return { seen, type, take };
}

test("a line reaches the program at Enter, and is echoed as it is typed", () => {
	const { seen, type, take } = terminal();
	type("Ad");
	assert.equal(take(), undefined);
	assert.equal(seen.echo, "Ad");
	type("a\r");
	assert.equal(take(), "Ada\n");
	assert.equal(seen.echo, "Ada\r\n");
	assert.equal(seen.inputs, 1);
	assert.equal(take(), undefined);
});

test("Backspace takes a whole character back, Ctrl-U the line", () => {
	const { seen, type, take } = terminal();
	type("aé\x7fb\r");
	assert.equal(take(), "ab\n");
	assert.equal(seen.echo, "aé\b \bb\r\n");
	type("wrong\x15right\r\x7f");
	assert.equal(take(), "right\n");
});

test("Ctrl-D ends the input on an empty line, and else passes on what is there", () => {
	const { type, take } = terminal();
	type("half\x04");
	assert.equal(take(), "half");
	type("\x04");
	assert.equal(take(), null);
	assert.equal(take(), undefined);
});

test("Ctrl-C drops the line and is told; arrow keys are no text", () => {
	const { seen, type, take } = terminal();
	type("gone\x03\x1b[A\x1bOBkept\r");
	assert.equal(seen.interrupts, 1);
	assert.equal(take(), "kept\n");
	assert.equal(seen.echo, "gone^C\r\nkept\r\n");
});

test("output gets its carriage returns", () => {
	assert.equal(new TextDecoder().decode(cookOutput(new TextEncoder().encode("a\nb\n"))), "a\r\nb\r\n");
});
