import { createHash } from "node:crypto";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { openHostPattern } from "../protocol/open-hosts.ts";
import { defaultTierOrder, TierId } from "../protocol/tiers.ts";

/**
 * Every setting of the server, in one place. `readConfig` is called once, in main; the result is passed down.
 * The README's table is generated from this list (`npm run check` compares them). It is longer than most files because it is one table.
 */

interface Setting<S extends z.ZodType> {
	readonly env: string;
	readonly schema: S;
	/** As one would write it in the environment; null: unset is allowed and means what the sentence says. */
	readonly fallback: string | null;
	readonly unit: string;
	readonly sentence: string;
	/** Its value is never printed. */
	readonly isSecret?: boolean;
}

function setting<S extends z.ZodType>(
	env: string,
	unit: string,
	fallback: string | number | null,
	schema: S,
	sentence: string,
): Setting<S> {
	return { env, unit, fallback: fallback === null ? null : String(fallback), schema, sentence };
}

const wholeNumber = (minimum: number, maximum: number) =>
	z
		.string()
		.regex(/^[0-9]{1,15}$/, "must be a whole number")
		.transform(Number)
		.pipe(z.number().min(minimum).max(maximum));
const list = z.string().transform((text) =>
	text
		.split(",")
		.map((part) => part.trim())
		.filter((part) => part !== ""),
);
const tierList = list.pipe(
	z
		.array(TierId)
		.min(1, "must name at least one")
		.refine((tiers) => new Set(tiers).size === tiers.length, "names one twice"),
);
const httpsSites = list.pipe(z.array(z.string().regex(openHostPattern, "must be sites such as https://raw.example.org")).max(20));
const text = z.string().min(1).max(4_096);
const optionalText = text.optional();

const MiB = 1_048_576;

export const settings = {
	host: setting("HOST", "", "127.0.0.1", text, "Address to listen on. Loopback unless told otherwise."),
	port: setting("PORT", "", 3000, wholeNumber(0, 65_535), "Port to listen on; 0 takes a free one."),
	allowedOrigins: setting(
		"SANDGLASS_ORIGINS",
		"",
		"",
		list,
		"Origins, besides the server's own, whose pages may open sessions. Comma-separated, e.g. `https://docs.example.org`.",
	),
	trustedProxies: setting(
		"SANDGLASS_TRUSTED_PROXIES",
		"",
		"",
		list,
		"Addresses or CIDR ranges of reverse proxies whose X-Forwarded-For and X-Forwarded-Proto are believed. Comma-separated.",
	),
	metricsReaders: setting(
		"SANDGLASS_METRICS_READERS",
		"",
		"127.0.0.0/8,::1",
		list,
		"Addresses or CIDR ranges that may read /metrics. Comma-separated.",
	),
	logLevel: setting("LOG_LEVEL", "", "info", z.enum(["fatal", "error", "warn", "info", "debug", "trace", "silent"]), "How much is logged."),
	stateDir: setting(
		"SANDGLASS_STATE_DIR",
		"",
		null,
		optionalText,
		"Where the private engine, the images and the signing secret are kept. Unset: `/var/lib/sandglass` as root, else `~/.local/share/sandglass`.",
	),
	runDir: setting(
		"SANDGLASS_RUN_DIR",
		"",
		null,
		optionalText,
		"Where sockets and process ids are kept. Unset: `/run/sandglass` as root, else a folder in the temporary directory.",
	),
	instance: setting(
		"SANDGLASS_INSTANCE",
		"",
		null,
		z
			.string()
			.regex(/^[a-z0-9-]{1,40}$/)
			.optional(),
		"The name under which this server labels its containers; only those are ever reaped. Unset: made from the folder it runs in and the port.",
	),
	dockerHost: setting(
		"DOCKER_HOST",
		"",
		null,
		optionalText,
		"The engine to use. Unset: the default socket if it answers, else a private engine (as root on Debian or Ubuntu).",
	),

	driver: setting(
		"SANDGLASS_DRIVER",
		"",
		"auto",
		z.enum(["auto", "oci", "docker"]),
		"How containers are made: `oci`, by the machine's OCI runtime called straight (Linux, as root; an engine holds the images), or `docker`, by the engine. `auto`: `oci` where a trial of it works.",
	),
	ociRuntime: setting(
		"SANDGLASS_OCI_RUNTIME",
		"",
		"auto",
		z.string().regex(/^[A-Za-z0-9._/-]{1,200}$/),
		"The OCI runtime that is called straight: a name on the PATH or a path. `auto`: crun, else runc.",
	),

	tiers: setting(
		"SANDGLASS_TIERS",
		"",
		defaultTierOrder.join(","),
		tierList,
		"The isolations that readers may have, in order of preference: who does not choose gets the first that is offered and runs his language. Comma-separated.",
	),
	kataRuntime: setting(
		"SANDGLASS_KATA_RUNTIME",
		"",
		"kata",
		z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/),
		"The name under which the engine lists the runtime of the kata tier (Kata Containers, or whatever else makes a virtual machine of a container).",
	),
	postureIntervalMs: setting(
		"SANDGLASS_POSTURE_INTERVAL_MS",
		"ms",
		3_600_000,
		wholeNumber(10_000, 86_400_000),
		"Every isolation is attacked again this often, and withdrawn when it does not hold.",
	),

	maxLeases: setting(
		"SANDGLASS_MAX_LEASES",
		"sandboxes",
		48,
		wholeNumber(1, 10_000),
		"The most sandboxes that serve sessions at the same time, whatever the machine has room for; further runs wait in the queue.",
	),
	memoryReservePercent: setting(
		"SANDGLASS_MEMORY_RESERVE_PERCENT",
		"%",
		10,
		wholeNumber(0, 90),
		"Of the machine's memory, kept free: a further session gets a sandbox only when that could fill `SANDGLASS_MEMORY_BYTES` and so much would still be there.",
	),
	busyPerCore: setting(
		"SANDGLASS_BUSY_PER_CORE",
		"programs",
		8,
		wholeNumber(0, 1_000),
		"Programs that compute at the same time, for each core, at which no further session gets a sandbox; those that wait for input do not count. 0: any number.",
	),
	poolSize: setting(
		"SANDGLASS_POOL_SIZE",
		"sandboxes",
		1,
		wholeNumber(0, 100),
		"Warm sandboxes kept for each version of each language at least; what is asked for often gets more. 0: none.",
	),
	poolCeiling: setting(
		"SANDGLASS_POOL_CEILING",
		"sandboxes",
		24,
		wholeNumber(0, 1_000),
		"The most warm sandboxes in all, whatever the languages ask for.",
	),
	reconnectGraceMs: setting(
		"SANDGLASS_RECONNECT_GRACE_MS",
		"ms",
		30_000,
		wholeNumber(0, 600_000),
		"How long a program runs on after its reader's connection broke.",
	),
	sessionIdleMs: setting(
		"SANDGLASS_SESSION_IDLE_MS",
		"ms",
		300_000,
		wholeNumber(1_000, 86_400_000),
		"A session without a run for this long gives its sandbox back.",
	),

	idleWallMs: setting(
		"SANDGLASS_IDLE_WALL_MS",
		"ms",
		10_000,
		wholeNumber(100, 3_600_000),
		"Time limit of a run without input; counted anew on each input.",
	),
	totalWallMs: setting("SANDGLASS_TOTAL_WALL_MS", "ms", 300_000, wholeNumber(100, 3_600_000), "Time limit of a run in all, input or not."),
	compileWallMs: setting("SANDGLASS_COMPILE_WALL_MS", "ms", 30_000, wholeNumber(1_000, 600_000), "Time limit of a compile step."),
	cpuMs: setting("SANDGLASS_CPU_MS", "ms", 60_000, wholeNumber(100, 3_600_000), "Processor time of one step."),
	cpuCores: setting("SANDGLASS_CPU_CORES", "cores", 1, z.coerce.number().min(0.05).max(64), "Processor share of one sandbox."),
	memoryBytes: setting(
		"SANDGLASS_MEMORY_BYTES",
		"bytes",
		256 * MiB,
		wholeNumber(16 * MiB, 65_536 * MiB),
		"Memory of one sandbox, files in its workspace included, no swap on top. A language may ask for more.",
	),
	maxMemoryBytes: setting(
		"SANDGLASS_MAX_MEMORY_BYTES",
		"bytes",
		512 * MiB,
		wholeNumber(16 * MiB, 65_536 * MiB),
		"The most memory that a language may ask for.",
	),
	processes: setting(
		"SANDGLASS_PROCESSES",
		"processes",
		64,
		wholeNumber(4, 4_096),
		"Processes and threads of one sandbox. A language may ask for more.",
	),
	maxProcesses: setting(
		"SANDGLASS_MAX_PROCESSES",
		"processes",
		128,
		wholeNumber(4, 4_096),
		"The most processes that a language may ask for.",
	),
	workspaceBytes: setting("SANDGLASS_WORKSPACE_BYTES", "bytes", 64 * MiB, wholeNumber(MiB, 4_096 * MiB), "Size of the workspace."),
	workspaceInodes: setting(
		"SANDGLASS_WORKSPACE_INODES",
		"inodes",
		4_096,
		wholeNumber(64, 1_000_000),
		"Files and folders in the workspace.",
	),
	outputBytes: setting(
		"SANDGLASS_OUTPUT_BYTES",
		"bytes",
		MiB,
		wholeNumber(1_024, 1_024 * MiB),
		"Output of one run; then it is cut and the program stopped.",
	),
	openFiles: setting("SANDGLASS_OPEN_FILES", "files", 256, wholeNumber(32, 65_536), "Open files of one process."),

	visitorSessions: setting("SANDGLASS_VISITOR_SESSIONS", "sessions", 4, wholeNumber(1, 10_000), "Sandboxes one visitor may hold at once."),
	visitorRunsPerMinute: setting(
		"SANDGLASS_VISITOR_RUNS_PER_MINUTE",
		"runs",
		30,
		wholeNumber(1, 100_000),
		"Runs one visitor may start in a minute.",
	),
	visitorSecondsPerHour: setting(
		"SANDGLASS_VISITOR_SECONDS_PER_HOUR",
		"s",
		1_800,
		wholeNumber(1, 10_000_000),
		"Seconds of running programs one visitor may use in an hour.",
	),
	addressSessions: setting(
		"SANDGLASS_ADDRESS_SESSIONS",
		"sessions",
		48,
		wholeNumber(1, 100_000),
		"Sandboxes one address (IPv6: one /64) may hold at once; a class shares one.",
	),
	addressRunsPerMinute: setting(
		"SANDGLASS_ADDRESS_RUNS_PER_MINUTE",
		"runs",
		600,
		wholeNumber(1, 1_000_000),
		"Runs one address may start in a minute.",
	),
	addressSecondsPerHour: setting(
		"SANDGLASS_ADDRESS_SECONDS_PER_HOUR",
		"s",
		36_000,
		wholeNumber(1, 100_000_000),
		"Seconds of running programs one address may use in an hour.",
	),
	openHosts: setting(
		"SANDGLASS_OPEN_HOSTS",
		"",
		"",
		httpsSites,
		"Sites from which a reader's page may fetch a raw text to open, comma-separated, e.g. `https://raw.example.org`. The server itself fetches from nowhere.",
	),
	embedSites: setting(
		"SANDGLASS_EMBED_SITES",
		"",
		"*",
		list,
		"Sites whose pages may show `/embed` in a frame, comma-separated, e.g. `https://docs.example.org,https://*.example.com`; `*`: any, `none`: only this server's own. Nothing else of this server can be framed.",
	),
	embedVisitorSessions: setting(
		"SANDGLASS_EMBED_VISITOR_SESSIONS",
		"sessions",
		1,
		wholeNumber(1, 10_000),
		"Sandboxes one frame on another site may hold at once.",
	),
	embedVisitorRunsPerMinute: setting(
		"SANDGLASS_EMBED_VISITOR_RUNS_PER_MINUTE",
		"runs",
		12,
		wholeNumber(1, 100_000),
		"Runs one frame on another site may start in a minute.",
	),
	embedVisitorSecondsPerHour: setting(
		"SANDGLASS_EMBED_VISITOR_SECONDS_PER_HOUR",
		"s",
		900,
		wholeNumber(1, 10_000_000),
		"Seconds of running programs one frame on another site may use in an hour.",
	),
	siteSessions: setting(
		"SANDGLASS_SITE_SESSIONS",
		"sessions",
		24,
		wholeNumber(1, 100_000),
		"Sandboxes that the frames of one embedding site may hold at once.",
	),
	siteRunsPerMinute: setting(
		"SANDGLASS_SITE_RUNS_PER_MINUTE",
		"runs",
		300,
		wholeNumber(1, 1_000_000),
		"Runs that the frames of one embedding site may start in a minute.",
	),
	siteSecondsPerHour: setting(
		"SANDGLASS_SITE_SECONDS_PER_HOUR",
		"s",
		18_000,
		wholeNumber(1, 100_000_000),
		"Seconds of running programs that the frames of one embedding site may use in an hour.",
	),
	anonymousApi: setting(
		"SANDGLASS_ANONYMOUS_API",
		"",
		"limited",
		z.enum(["limited", "off", "open"]),
		"Calls of the HTTP interface without a key: `limited` by the quotas below for each address, `off`, or `open` as far as an address's share goes.",
	),
	anonymousApiSessions: setting(
		"SANDGLASS_ANONYMOUS_API_SESSIONS",
		"sessions",
		2,
		wholeNumber(1, 10_000),
		"Sandboxes that one address may hold at once by calls without a key.",
	),
	anonymousApiRunsPerMinute: setting(
		"SANDGLASS_ANONYMOUS_API_RUNS_PER_MINUTE",
		"runs",
		20,
		wholeNumber(1, 100_000),
		"Runs that one address may start in a minute by calls without a key.",
	),
	anonymousApiSecondsPerHour: setting(
		"SANDGLASS_ANONYMOUS_API_SECONDS_PER_HOUR",
		"s",
		600,
		wholeNumber(1, 10_000_000),
		"Seconds of running programs that one address may use in an hour by calls without a key.",
	),
	apiOrigins: setting(
		"SANDGLASS_API_ORIGINS",
		"",
		"",
		list,
		"Origins whose pages may call the HTTP interface, comma-separated; `*`: every page, but none with a key. Never with cookies.",
	),
	addressConnections: setting(
		"SANDGLASS_ADDRESS_CONNECTIONS",
		"connections",
		200,
		wholeNumber(1, 100_000),
		"WebSockets one address may hold open.",
	),
	databaseUrl: {
		...setting(
			"DATABASE_URL",
			"",
			null,
			z
				.string()
				.max(4_096)
				.regex(/^postgres(ql)?:\/\//, "must begin with postgres://")
				// A library that could not read it would show it in its error, password included.
				.refine((url) => URL.canParse(url), "must be a URL")
				.optional(),
			"The PostgreSQL database that keeps what readers share, e.g. `postgresql://sandglass@db.example.org/sandglass`. Unset: a SQLite file in the state directory.",
		),
		isSecret: true,
	},
	storeBytes: setting(
		"SANDGLASS_STORE_BYTES",
		"bytes",
		1_024 * MiB,
		wholeNumber(MiB, 999_999_999_999_999),
		"What all that readers share may take; then nothing more is stored.",
	),
	snippetsPerHour: setting(
		"SANDGLASS_SNIPPETS_PER_HOUR",
		"snippets",
		60,
		wholeNumber(1, 1_000_000),
		"Links that one visitor, or one API key, may make in an hour.",
	),
	addressSnippetsPerHour: setting(
		"SANDGLASS_ADDRESS_SNIPPETS_PER_HOUR",
		"snippets",
		600,
		wholeNumber(1, 10_000_000),
		"Links that one address (IPv6: one /64) may make in an hour.",
	),
	queueLength: setting(
		"SANDGLASS_QUEUE_LENGTH",
		"runs",
		200,
		wholeNumber(0, 100_000),
		"Runs that may wait; a further one is refused with a time to come back, or takes the place of one whose visitor or site has more waiting.",
	),
	queueWaitMs: setting(
		"SANDGLASS_QUEUE_WAIT_MS",
		"ms",
		120_000,
		wholeNumber(1_000, 3_600_000),
		"The longest that a run waits: who has waited so long, or would have to by the estimate, is refused with a time to come back. Calls over HTTP wait 50 s at most.",
	),
} as const;

type Settings = typeof settings;
export type SettingName = keyof Settings;
type Values = { readonly [Name in SettingName]: z.output<Settings[Name]["schema"]> };
export type Config = Omit<Values, "stateDir" | "runDir" | "instance"> & {
	readonly stateDir: string;
	readonly runDir: string;
	readonly instance: string;
};

export class ConfigError extends Error {}

/**
 * Reads and checks the environment. Throws ConfigError whose message names every bad setting, its value and what is allowed.
 * A secret is not among the settings: it is made at the first start and kept in `stateDir`.
 */
export function readConfig(environment: Readonly<Record<string, string | undefined>>, workingDir: string): Config {
	const problems: string[] = [];
	const values: Record<string, unknown> = {};
	for (const [name, { env, schema, fallback, sentence, isSecret }] of Object.entries<Setting<z.ZodType>>(settings)) {
		const given = environment[env];
		const raw = given === undefined || given === "" ? (fallback ?? undefined) : given;
		const result = schema.safeParse(raw);
		if (result.success) values[name] = result.data;
		else
			problems.push(
				`${env}=${isSecret === true ? "(not shown)" : JSON.stringify(raw)}: ${result.error.issues.map((issue) => issue.message).join("; ")}. ${sentence}`,
			);
	}
	if (problems.length > 0) throw new ConfigError(`The configuration cannot be used.\n  ${problems.join("\n  ")}`);
	const isRoot = process.getuid?.() === 0;
	const known = values as Values;
	const place = createHash("sha256").update(`${workingDir}:${known.port}`).digest("hex").slice(0, 10);
	return {
		...known,
		stateDir: known.stateDir ?? (isRoot ? "/var/lib/sandglass" : join(homedir(), ".local/share/sandglass")),
		runDir: known.runDir ?? (isRoot ? "/run/sandglass" : join(tmpdir(), `sandglass-${process.getuid?.() ?? 0}`)),
		instance: known.instance ?? `sandglass-${place}`,
	};
}
