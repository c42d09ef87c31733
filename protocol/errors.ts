/**
 * Every failure that a reader, an author or an operator can meet, in one table.
 * Internals (paths, stack traces, engine messages) never travel: a code does, and the sentence is written here.
 */

/** Whose doing it was. A page never blames one for another. */
export type Fault = "program" | "user" | "operator" | "us";

interface ErrorEntry {
	readonly fault: Fault;
	/** What a person reads. `{field}` stands for the message field that was wrong, where there is one, `{when}` for the time to come back. */
	readonly sentence: string;
	/** The status when it answers an HTTP request. */
	readonly httpStatus: number;
	/** The WebSocket close code when it ends the connection (4000–4999 are ours, RFC 6455 section 7.4.2); null: the connection goes on. */
	readonly closeCode: number | null;
}

function entry(fault: Fault, httpStatus: number, closeCode: number | null, sentence: string): ErrorEntry {
	return { fault, sentence, httpStatus, closeCode };
}

export const errorTable = {
	malformedMessage: entry("user", 400, 4400, "The server could not read a message of this page ({field}). Reload the page."),
	messageTooLarge: entry("user", 413, 4413, "That is larger than the server takes."),
	unsupportedProtocol: entry("user", 426, 4426, "This page is older or newer than the server. Reload the page."),
	originRefused: entry("operator", 403, 4403, "This site is not on the server's list of allowed origins."),
	unexpectedMessage: entry("user", 400, 4409, "The page sent a message at the wrong time ({field}). Reload the page."),
	embedRefused: entry("user", 403, 4405, "This frame was opened too long ago, or by a page that may not show it. Reload the page."),
	heartbeatLost: entry("us", 408, 4408, "The connection went silent."),
	replaced: entry("user", 409, 4410, "This session was taken up by a newer connection."),
	inputOverrun: entry("user", 400, 4411, "The page sent more input than the program had room for. Reload the page."),

	notFound: entry("user", 404, null, "There is nothing at this address."),
	methodNotAllowed: entry("user", 405, null, "This address answers other methods ({field})."),
	unsupportedMediaType: entry("user", 415, null, "The body has to be JSON, and its Content-Type application/json."),
	bodyUnreadable: entry("user", 400, null, "The body is not valid JSON."),
	keyRequired: entry("operator", 401, null, "This server answers only to who holds an API key."),
	keyInvalid: entry("user", 401, null, "This API key is unknown, or was revoked."),
	keySpent: entry("user", 429, null, "This API key has used its share. Try again {when}."),
	siteQuotaReached: entry("operator", 429, null, "The site that shows this has reached its share of the server. Run it again {when}."),

	unknownLanguage: entry("user", 404, null, "The server does not offer this language."),
	unknownVersion: entry("user", 404, null, "The server does not offer this version of the language."),
	unknownTier: entry("user", 404, null, "There is no isolation of that name ({field})."),
	tierUnavailable: entry("operator", 503, null, "That isolation is not on offer here ({field})."),
	tierWithoutLanguage: entry("user", 404, null, "This language does not run in that isolation ({field})."),
	noTierPassed: entry("operator", 503, null, "No isolation on this server withstood its own attacks, so it runs nothing."),
	tiersChecking: entry("us", 503, null, "The server is still trying its own walls. Try again in a few seconds."),
	tierWithdrawn: entry(
		"us",
		503,
		null,
		"The server withdrew this isolation, because it failed a check. Nothing you wrote is gone; run it again in another.",
	),
	noFile: entry("user", 400, null, "There is no file to run."),
	invalidFileName: entry("user", 400, null, "A file name cannot be used ({field})."),
	duplicateFileName: entry("user", 400, null, "Two files have names that cannot be told apart ({field})."),
	tooManyFiles: entry("user", 400, null, "These are more files than the server takes (at most 64)."),
	filesTooLarge: entry("user", 413, null, "The files are larger than the server takes (at most 256 KiB in all)."),
	invalidText: entry("user", 400, null, "A file holds characters that are not valid text ({field})."),
	invalidRequest: entry("user", 400, null, "A part of the request cannot be used ({field})."),
	alreadyRunning: entry("user", 409, null, "A program is already running in this session."),
	workspaceFull: entry("user", 507, null, "The files do not fit into the workspace."),

	tooManySessions: entry("user", 429, null, "Too many programs of yours are running at once. Stop one of them first."),
	tooManyRuns: entry("user", 429, null, "That were many runs in a short time. Run it again {when}."),
	timeQuotaReached: entry(
		"user",
		429,
		null,
		"You have used your sandbox time for this hour. It comes back bit by bit: run it again {when}.",
	),
	addressQuotaReached: entry("user", 429, null, "Your network has reached its share of this server. Run it again {when}."),
	tooManyConnections: entry("user", 429, 4429, "Too many pages are open from your network."),
	queueFull: entry("operator", 503, null, "The server is full. Try again {when}."),

	snippetNotFound: entry("user", 404, null, "There is nothing at this link. It may be mistyped, or the operator removed what was there."),
	snippetRemoved: entry("operator", 410, null, "The operator of this server removed this, and it cannot be shared here again."),
	snippetTooLarge: entry("user", 413, null, "This is too large to be shared ({field})."),
	tooManySnippets: entry("user", 429, null, "You have shared much in a short time. Wait a moment, then share it again."),
	storeFull: entry("operator", 507, null, "This server has no room for another link. What you wrote is still here; nothing was stored."),
	storeReadOnly: entry("operator", 503, null, "This server can open links at the moment, but not make new ones. Nothing was stored."),
	storeDown: entry("us", 503, null, "The server cannot reach its store of links right now. Try again in a minute."),

	browserUnloaded: entry(
		"us",
		503,
		null,
		"What runs programs in this browser could not be fetched from the server, and this browser has kept none from an earlier run. Nothing you wrote is gone; try again in a moment.",
	),
	browserUnable: entry("us", 501, null, "The interpreter could not be started in this browser. Nothing you wrote is gone."),
	browserBreach: entry("program", 400, null, "Stopped: it spoke to this page as no program may."),

	engineDown: entry("us", 503, null, "The server cannot start programs right now. Nothing you wrote is gone; try again in a minute."),
	runnerDown: entry(
		"us",
		503,
		null,
		"The part of the server that runs programs is restarting. Nothing you wrote is gone; try again in a moment.",
	),
	imagesMissing: entry("us", 503, null, "This language is still being set up on the server. Try again in a few minutes."),
	sandboxLost: entry("us", 502, null, "The server lost this sandbox; nothing you wrote is gone. Run it again."),
	sessionLost: entry("us", 410, null, "The server was restarted and this run is over; nothing you wrote is gone. Run it again."),
	shuttingDown: entry("us", 503, 4503, "The server is shutting down. Nothing you wrote is gone."),
	internal: entry("us", 500, 4500, "Something broke on the server's side. Nothing you wrote is gone."),
} as const satisfies Record<string, ErrorEntry>;

export type ErrorCode = keyof typeof errorTable;

export const errorCodes = Object.keys(errorTable) as [ErrorCode, ...ErrorCode[]];

/**
 * The sentence for a code; `field` is put where the sentence names one, and left out where it is not known. `retryAfterMs`: when it makes
 * sense to come back, where that is known.
 */
export function describeError(code: ErrorCode, field?: string, retryAfterMs?: number): string {
	const sentence = errorTable[code].sentence.replace("{when}", () => describeReturn(retryAfterMs));
	// A function, because a name may hold what `replace` takes for a pattern of its own.
	if (field !== undefined && field !== "") return sentence.replace("{field}", () => field);
	return sentence.replace(" ({field})", "");
}

function describeReturn(retryAfterMs: number | undefined): string {
	if (retryAfterMs === undefined) return "in a moment";
	return `in ${roughly(retryAfterMs)}`;
}

/** A wait that was estimated, never too short: "a few seconds", "about 20 s", "about 3 min". */
export function roughly(ms: number): string {
	if (ms <= 5_000) return "a few seconds";
	if (ms <= 60_000) return `about ${Math.ceil(ms / 5_000) * 5} s`;
	return `about ${Math.ceil(ms / 60_000)} min`;
}
