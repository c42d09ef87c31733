import { join } from "node:path";
import next from "next";
import { pino } from "pino";
import { z } from "zod";
import { ApiKeys } from "../api-keys/schema.ts";
import { runAsChild } from "../child-process.ts";
import { readCatalogue } from "../languages/catalogue.ts";
import { openStore, StorePlace } from "../store/open-store.ts";
import { readAttackPrograms } from "./attack-programs.ts";
import { CompressedFiles } from "./compressed-files.ts";
import { type Page, startGateway } from "./gateway.ts";

/** The gateway's own process: the public side, with the Next.js app on the same port. It is not told where the engine is. */

const Start = z.looseObject({
	socketPath: z.string(),
	catalogueDir: z.string(),
	secret: z.string().min(32),
	apiKeys: ApiKeys,
	build: z.string(),
	isDevelopment: z.boolean(),
	projectDir: z.string(),
	store: StorePlace,
});

const NewApiKeys = z.strictObject({ type: z.literal("apiKeys"), apiKeys: ApiKeys });

runAsChild(async (config, message) => {
	const start = Start.parse(message);
	const log = pino({ level: config.logLevel, base: { process: "gateway" } });
	const app = next({
		dev: start.isDevelopment,
		dir: start.projectDir,
		hostname: config.host,
		port: config.port,
		turbopack: start.isDevelopment,
	});
	await app.prepare();
	const handleByNext = app.getRequestHandler();
	const compressedFiles = start.isDevelopment ? null : new CompressedFiles(join(start.projectDir, ".next/static"));
	const handleRequest: Page["handleRequest"] = (request, response) =>
		compressedFiles?.answer(request, response) === true ? undefined : handleByNext(request, response);
	const handleUpgrade = app.getUpgradeHandler();
	const snippets = openStore({
		place: start.store,
		maxBytes: config.storeBytes,
		onFailure: (error) => log.error({ err: error }, "the store of snippets is out of reach; it is tried again when somebody asks"),
	});
	// So that a store out of reach is in the log from the start; `onFailure` has told it.
	void snippets.totals().catch(() => undefined);
	const catalogue = await readCatalogue(start.catalogueDir);
	const gateway = await startGateway({
		config,
		catalogue,
		attackPrograms: await readAttackPrograms(start.catalogueDir, catalogue),
		runnerSocketPath: start.socketPath,
		secret: start.secret,
		apiKeys: start.apiKeys,
		snippets,
		build: start.build,
		page: { handleRequest, handleUpgrade },
		log,
	});
	return {
		url: gateway.url,
		onMessage: (message) => gateway.replaceApiKeys(NewApiKeys.parse(message).apiKeys),
		async close() {
			await gateway.close();
			await snippets.close();
			await app.close();
		},
	};
});
