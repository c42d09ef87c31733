import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { type EmbedCommand, EmbedEvent, embedMark } from "../../protocol/embed.ts";
import { AuthorPort } from "./author-port.ts";

/**
 * A window as far as the port uses one. No browser can show one document two origins of the same parent, so that the port tells them apart
 * cannot be tried in one; everything else is tried there too (e2e/embed-safety.e2e.ts).
 */
class FramedWindow extends EventTarget {
	readonly posted: { readonly event: EmbedEvent; readonly target: string }[] = [];
	readonly parent = { postMessage: (data: unknown, target: string) => this.posted.push({ event: EmbedEvent.parse(data), target }) };

	hear(data: unknown, origin: string, source: unknown = this.parent): void {
		this.dispatchEvent(Object.assign(new Event("message"), { data, origin, source }));
	}
}

function open(context: TestContext) {
	const frame = new FramedWindow();
	const commands: EmbedCommand[] = [];
	const port = new AuthorPort(frame as unknown as Window, (command) => commands.push(command));
	context.after(() => port.close());
	return { frame, port, commands };
}

const configure = { mark: embedMark, type: "configure", options: { language: "python", files: [{ name: "", content: "print(1)" }] } };
const author = "https://docs.example.org";

test("hello goes to anyone and holds nothing; nothing else goes out before a page has configured the frame", (context) => {
	const { frame, port } = open(context);
	port.send({ type: "change", code: "secret" });
	assert.deepEqual(frame.posted, [{ event: { mark: embedMark, type: "hello" }, target: "*" }]);
});

test("after the first configure the frame hears that origin only, and speaks to it only", (context) => {
	const { frame, port, commands } = open(context);
	frame.hear({ mark: embedMark, type: "run" }, author);
	assert.deepEqual(commands, []);
	frame.hear(configure, author);
	frame.hear({ mark: embedMark, type: "run" }, "https://evil.example");
	frame.hear(configure, "https://evil.example");
	frame.hear({ mark: embedMark, type: "stop" }, author);
	assert.deepEqual(
		commands.map(({ type }) => type),
		["configure", "stop"],
	);
	port.send({ type: "change", code: "x" });
	assert.equal(frame.posted.at(-1)?.target, author);
});

test("what another window than the parent sends is not heard, whatever its origin", (context) => {
	const { frame, commands } = open(context);
	frame.hear(configure, author, {});
	frame.hear(configure, author, null);
	assert.deepEqual(commands, []);
});

test("other scripts' messages are left alone; ours that break the rules are told to the author and change nothing", (context) => {
	const { frame, commands } = open(context);
	for (const data of [null, "configure", 7, { type: "configure" }, { mark: "another" }]) frame.hear(data, author);
	assert.equal(frame.posted.length, 1);
	frame.hear({ ...configure, options: { ...configure.options, image: "evil" } }, author);
	frame.hear({ ...configure, options: { ...configure.options, look: { background: "url(https://evil.example)" } } }, author);
	assert.deepEqual(commands, []);
	assert.deepEqual(
		frame.posted.slice(1).map(({ event }) => event.type),
		["problem", "problem"],
	);
	assert.match(JSON.stringify(frame.posted.at(-1)), /look\.background/);
});

test("a page without an origin of its own is answered as the parent window, whoever that is", (context) => {
	const { frame, port, commands } = open(context);
	frame.hear(configure, "null");
	frame.hear({ mark: embedMark, type: "run" }, author);
	frame.hear({ mark: embedMark, type: "run" }, "null");
	assert.equal(commands.length, 2);
	port.send({ type: "ready" });
	assert.equal(frame.posted.at(-1)?.target, "*");
});
