import assert from "node:assert/strict";
import { mock, test } from "node:test";
import { Recording } from "../../protocol/recordings.ts";
import { RecordingPlayer } from "./recording-player.ts";

const recording = Recording.parse({
	language: "python",
	version: "3.13",
	tier: "gvisor",
	recordedAt: "2026-11-21T10:00:00Z",
	outcome: { kind: "exited", code: 0 },
	events: [
		[0.1, "o", "Name? "],
		[1.1, "i", "Ada\r"],
		[1.1, "o", "Ada\r\n"],
		[900, "o", "Hello, Ada!\r\n"],
	],
});

function open() {
	const shown: string[] = [];
	let ends = 0;
	const sink = {
		begin: () => shown.push("begin"),
		write: (_: string, bytes: Uint8Array) => void shown.push(new TextDecoder().decode(bytes)),
	};
	const player = new RecordingPlayer(recording, sink, () => {
		ends++;
	});
	return { player, shown, ends: () => ends };
}

test("a recording plays with its own timing, but nobody waits long for a pause", (context) => {
	mock.timers.enable({ apis: ["setTimeout"] });
	context.after(() => mock.timers.reset());
	const { player, shown, ends } = open();
	player.play();
	mock.timers.tick(100);
	assert.deepEqual(shown, ["begin", "Name? "]);
	assert.equal(player.typed, "");
	mock.timers.tick(1_000);
	mock.timers.tick(0);
	assert.deepEqual(shown.slice(2), ["Ada\r\n"]);
	assert.equal(player.typed, "Ada\r");
	assert.equal(ends(), 0);
	mock.timers.tick(2_000);
	assert.deepEqual(shown.slice(3), ["Hello, Ada!\r\n"]);
	assert.equal(ends(), 1);
});

test("skipping shows the rest at once and ends it once; stopped, nothing more comes", (context) => {
	mock.timers.enable({ apis: ["setTimeout"] });
	context.after(() => mock.timers.reset());
	const { player, shown, ends } = open();
	player.play();
	mock.timers.tick(100);
	player.skip();
	assert.deepEqual(shown, ["begin", "Name? ", "Ada\r\n", "Hello, Ada!\r\n"]);
	mock.timers.tick(10_000);
	assert.equal(ends(), 1);
	const other = open();
	other.player.play();
	other.player.stop();
	mock.timers.tick(10_000);
	assert.deepEqual(other.shown, ["begin"]);
});
