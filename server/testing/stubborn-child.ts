import { runAsChild } from "../child-process.ts";

/** A child for child-process.test.ts: it prints every error that nobody catches and goes on, as Next does, and closes after so many milliseconds. */

const closeMs = Number(process.argv[2]);
const endMs = Number(process.argv[3]);

process.on("uncaughtException", (error) => console.error(error));

runAsChild(
	async () => ({
		url: "http://127.0.0.1:1",
		async close() {
			console.error("closing");
			await new Promise((resolve) => setTimeout(resolve, closeMs));
		},
	}),
	endMs,
);
