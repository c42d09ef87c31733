import { pino } from "pino";
import { readConfig } from "../../config.ts";
import { readCatalogue } from "../../languages/catalogue.ts";
import { startGateway } from "../gateway.ts";
import { makeCatalogue } from "./fixture.ts";

/** A gateway in a process of its own, for tests that kill it or time it. Arguments: the runner's socket; the images' folder, else a catalogue made up. Writes its URL and stays. */
const [, , runnerSocketPath = "", imagesDir] = process.argv;
const gateway = await startGateway({
	config: readConfig({ PORT: "0" }, "/"),
	catalogue: imagesDir === undefined ? await makeCatalogue() : await readCatalogue(imagesDir),
	runnerSocketPath,
	secret: "a secret for tests, thirty-two bytes long",
	build: "test",
	page: { handleRequest: (_, response) => response.end(), handleUpgrade: (_, socket) => socket.destroy() },
	log: pino({ level: "silent" }),
});
process.stdout.write(`${gateway.url}\n`);
