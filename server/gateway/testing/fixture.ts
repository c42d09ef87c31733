import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import type { IncomingMessage } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { type Logger, pino } from "pino";
import type { AttackPrograms } from "../../../protocol/attack-programs.ts";
import type { PostureReport } from "../../../protocol/posture.ts";
import { type Config, readConfig } from "../../config.ts";
import { type LanguageCatalogue, readCatalogue } from "../../languages/catalogue.ts";
import type { SnippetStore } from "../../store/snippet-store.ts";
import { type Gateway, startGateway } from "../gateway.ts";
import type { Timings } from "../timings.ts";
import { DoorDouble } from "./door-double.ts";

interface FixtureOptions {
	readonly config?: Partial<Config>;
	readonly timings?: Partial<Timings>;
	readonly attackPrograms?: AttackPrograms;
	/** Closed by the test. Absent: no links. */
	readonly snippets?: SnippetStore;
	/** Default: silent. */
	readonly log?: Logger;
	/** What the page says to a request. Default: its own name. */
	readonly pageAnswer?: (request: IncomingMessage) => string;
}

/** A real gateway on loopback before a stand-in runner. Closed when the test ends. */
export async function openFixture(
	test: TestContext,
	options: FixtureOptions & { maxLeases?: number; postures?: readonly PostureReport[] } = {},
): Promise<{ gateway: Gateway; url: string; door: DoorDouble }> {
	const catalogue = await makeCatalogue();
	const door = await DoorDouble.open(catalogue, options.maxLeases);
	door.postures = options.postures ?? [];
	test.after(() => door.close());
	const gateway = await openGateway(test, { ...options, catalogue, runnerSocketPath: door.socketPath });
	return { gateway, url: gateway.url, door };
}

/** A real gateway on loopback, with a page that answers with its own name, before the runner at that socket. Closed when the test ends. */
export async function openGateway(
	test: TestContext,
	options: FixtureOptions & { catalogue: LanguageCatalogue; runnerSocketPath: string },
): Promise<Gateway> {
	const gateway = await startGateway({
		config: { ...readConfig({ PORT: "0" }, "/"), ...options.config },
		catalogue: options.catalogue,
		...(options.attackPrograms === undefined ? {} : { attackPrograms: options.attackPrograms }),
		...(options.snippets === undefined ? {} : { snippets: options.snippets }),
		runnerSocketPath: options.runnerSocketPath,
		secret: "a secret for tests, thirty-two bytes long",
		build: "test",
		page: {
			handleRequest(request, response) {
				request.resume();
				request.on("end", () => response.end(options.pageAnswer?.(request) ?? "the page"));
			},
			handleUpgrade(_, socket) {
				socket.destroy();
			},
		},
		log: options.log ?? pino({ level: "silent" }),
		timings: { closeMs: 200, ...options.timings },
	});
	test.after(() => gateway.close());
	await untilReady(gateway.url);
	return gateway;
}

/** The gateway has heard from the runner. */
export async function untilReady(url: string): Promise<void> {
	for (;;) {
		const health: unknown = await (await fetch(`${url}/healthz`)).json();
		if (typeof health === "object" && health !== null && "runner" in health && health.runner === "up") return;
	}
}

/** One language in two versions, read from a folder as the real ones are. */
export async function makeCatalogue(): Promise<LanguageCatalogue> {
	const root = await mkdtemp(join(tmpdir(), "catalogue-"));
	await mkdir(join(root, "python", "examples"), { recursive: true });
	const definition = {
		id: "python",
		name: "Python",
		monacoId: "python",
		aliases: ["py"],
		fileName: "main.py",
		versions: [
			{ version: "3.13", suite: "trixie" },
			{ version: "3.11", suite: "bookworm" },
		],
		run: ["/usr/bin/python3", "{file}"],
		examples: [
			{ file: "primes.py", title: "Primes" },
			{ file: "greeting.py", title: "A greeting", isInteractive: true },
		],
	};
	await writeFile(join(root, "python", "language.json"), JSON.stringify(definition));
	for (const { file } of definition.examples) await writeFile(join(root, "python", "examples", file), "print(1)\n");
	const catalogue = await readCatalogue(root);
	await rm(root, { recursive: true });
	return catalogue;
}
