import { pino } from "pino";
import { readConfig } from "../../config.ts";
import { startGateway } from "../gateway.ts";
import { makeCatalogue } from "./fixture.ts";

/** A gateway in a process of its own, for tests that kill it. Argument: the runner's socket. Writes its URL and stays. */
const gateway = await startGateway({
	config: readConfig({ PORT: "0" }, "/"),
	catalogue: await makeCatalogue(),
	runnerSocketPath: process.argv[2] ?? "",
	secret: "a secret for tests, thirty-two bytes long",
	build: "test",
	page: { handleRequest: (_, response) => response.end(), handleUpgrade: (_, socket) => socket.destroy() },
	log: pino({ level: "silent" }),
});
process.stdout.write(`${gateway.url}\n`);
