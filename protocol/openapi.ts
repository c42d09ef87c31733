import { z } from "zod";
import { ApiRunEvent, ApiRunRequest, ApiRunResult, Health, healthPath, openApiPath, runPath } from "./api.ts";
import { ApiProblem } from "./api-problem.ts";
import { Catalogue, cataloguePath } from "./catalogue.ts";
import { describeError, type ErrorCode, errorTable } from "./errors.ts";
import { PostureDocument, posturePath } from "./posture.ts";
import { Snippet, SnippetCreated, SnippetDraft, snippetsPath } from "./snippets.ts";

/** The OpenAPI 3.1 document (https://spec.openapis.org/oas/v3.1.0), made from the schemas that the server itself reads by. */

type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json };

export interface OpenApiMedia {
	readonly schema: Json;
	readonly example?: Json;
}
export interface OpenApiResponse {
	readonly description: string;
	readonly headers?: Json;
	readonly content?: Readonly<Record<string, OpenApiMedia>>;
}
export interface OpenApiOperation {
	readonly operationId: string;
	readonly summary: string;
	readonly description: string;
	readonly security?: readonly Readonly<Record<string, readonly string[]>>[];
	readonly parameters?: readonly Json[];
	readonly requestBody?: { readonly required: boolean; readonly content: Readonly<Record<string, OpenApiMedia>> };
	readonly responses: Readonly<Record<string, OpenApiResponse>>;
}
export interface OpenApiDocument {
	readonly openapi: "3.1.0";
	readonly info: { readonly title: string; readonly version: string; readonly description: string };
	readonly servers: readonly { readonly url: string }[];
	readonly paths: Readonly<Record<string, { readonly get?: OpenApiOperation; readonly post?: OpenApiOperation }>>;
	readonly components: { readonly schemas: Readonly<Record<string, Json>>; readonly securitySchemes: Readonly<Record<string, Json>> };
}

const schemaPath = (id: string): string => `#/components/schemas/${id}`;
const refTo = (id: string): Json => ({ $ref: schemaPath(id) });

const asked = { RunRequest: ApiRunRequest, SnippetDraft } as const;
const answered = {
	RunResult: ApiRunResult,
	RunEvent: ApiRunEvent,
	Problem: ApiProblem,
	Catalogue,
	PostureDocument,
	Health,
	Snippet,
	SnippetCreated,
} as const;

/** JSON schemas by name: what is asked as a caller may write it, what is answered as it is given. */
function schemasOf(schemas: Readonly<Record<string, z.core.$ZodType>>, io: "input" | "output"): Record<string, Json> {
	const registry = z.registry<{ id: string }>();
	for (const [id, schema] of Object.entries(schemas)) registry.add(schema, { id });
	const made = z.toJSONSchema(registry, { io, uri: schemaPath });
	const named: Record<string, Json> = {};
	for (const [id, { $id: _id, $schema: _schema, ...schema }] of Object.entries(made.schemas)) named[id] = z.json().parse(schema);
	return named;
}

const jsonOf = (id: string, example?: Json): Readonly<Record<string, OpenApiMedia>> => ({
	"application/json": { schema: refTo(id), ...(example === undefined ? {} : { example }) },
});

/** One response a status, which names the codes that it may bear. */
function problems(codes: readonly ErrorCode[]): Record<string, OpenApiResponse> {
	const byStatus = new Map<number, ErrorCode[]>();
	for (const code of codes) byStatus.set(errorTable[code].httpStatus, [...(byStatus.get(errorTable[code].httpStatus) ?? []), code]);
	const responses: Record<string, OpenApiResponse> = {};
	for (const [status, ofStatus] of byStatus) {
		responses[String(status)] = {
			description: ofStatus.map((code) => `${code}: ${describeError(code)}`).join(" "),
			content: { "application/problem+json": { schema: refTo("Problem") } },
			...(status === 429 || status === 503
				? { headers: { "Retry-After": { description: "Seconds until it makes sense to try again.", schema: { type: "integer" } } } }
				: {}),
		};
	}
	return responses;
}

const callerProblems: readonly ErrorCode[] = ["originRefused", "keyRequired", "keyInvalid"];
const bodyProblems: readonly ErrorCode[] = ["unsupportedMediaType", "bodyUnreadable", "invalidRequest", "messageTooLarge"];
const fileProblems: readonly ErrorCode[] = [
	"noFile",
	"invalidFileName",
	"duplicateFileName",
	"tooManyFiles",
	"filesTooLarge",
	"invalidText",
	"unknownLanguage",
	"unknownVersion",
];
const runProblems: readonly ErrorCode[] = [
	"unknownTier",
	"tierWithoutLanguage",
	"tierUnavailable",
	"tooManySessions",
	"tooManyRuns",
	"timeQuotaReached",
	"addressQuotaReached",
	"keySpent",
	"queueFull",
	"runnerDown",
	"engineDown",
	"imagesMissing",
	"tiersChecking",
	"noTierPassed",
];

const storeProblems: readonly ErrorCode[] = [
	"snippetTooLarge",
	"snippetRemoved",
	"tooManySnippets",
	"storeFull",
	"storeReadOnly",
	"storeDown",
];

/** A key counts for itself; without one a call counts against its address, where the operator allows that. */
const withOrWithoutKey: NonNullable<OpenApiOperation["security"]> = [{ apiKey: [] }, {}];

const exampleFiles = [{ name: "main.py", content: "print('hello', input())\n" }];

const run: OpenApiOperation = {
	operationId: "run",
	summary: "Run a program",
	description:
		"In a fresh sandbox, answered when it has ended; or, where the request accepts `text/event-stream`, as events while it runs: `event:` is the type, `data:` the rest of a RunEvent as JSON. Whoever closes the connection stops the program.",
	security: withOrWithoutKey,
	requestBody: { required: true, content: jsonOf("RunRequest", { language: "python", files: exampleFiles, stdin: "Ada\n" }) },
	responses: {
		"200": {
			description: "It ran. How it ended, well or not, is in `outcome`.",
			content: { ...jsonOf("RunResult"), "text/event-stream": { schema: refTo("RunEvent") } },
		},
		...problems([...callerProblems, ...bodyProblems, ...fileProblems, ...runProblems]),
	},
};

const read = (operationId: string, summary: string, description: string, schema: string): OpenApiOperation => ({
	operationId,
	summary,
	description,
	responses: { "200": { description: "As it stands now.", content: jsonOf(schema) } },
});

const createSnippet: OpenApiOperation = {
	operationId: "createSnippet",
	summary: "Store a snippet",
	description: "Never changed once it is stored; the same content has the same id.",
	security: withOrWithoutKey,
	requestBody: { required: true, content: jsonOf("SnippetDraft", { language: "python", files: exampleFiles, stdin: "Ada\n" }) },
	responses: {
		"200": { description: "It was there.", content: jsonOf("SnippetCreated") },
		"201": { description: "It is new.", content: jsonOf("SnippetCreated") },
		...problems([...callerProblems, ...bodyProblems, ...fileProblems, ...storeProblems]),
	},
};

const readSnippet: OpenApiOperation = {
	operationId: "readSnippet",
	summary: "Read a snippet",
	description: "As it was stored.",
	parameters: [{ name: "id", in: "path", required: true, schema: { type: "string", pattern: "^[A-Za-z0-9_-]{22}$" } }],
	responses: {
		"200": { description: "The snippet.", content: jsonOf("Snippet") },
		...problems(["snippetNotFound", "snippetRemoved", "storeDown"]),
	},
};

export function describeApi(): OpenApiDocument {
	return {
		openapi: "3.1.0",
		info: {
			title: "Sandglass",
			version: "1",
			description:
				"Runs code that nobody has read, each run in a hardened sandbox of its own. What goes wrong is told as problem+json (RFC 9457). Clients of Piston find its API under /api/v2, and agents MCP at /mcp.",
		},
		servers: [{ url: "/" }],
		paths: {
			[runPath]: { post: run },
			[cataloguePath]: { get: read("languages", "Languages", "Languages, their versions, and the isolations as they stand.", "Catalogue") },
			[snippetsPath]: { post: createSnippet },
			[`${snippetsPath}/{id}`]: { get: readSnippet },
			[posturePath]: {
				get: read("posture", "Posture", "What each isolation was measured to withstand, on this machine.", "PostureDocument"),
			},
			[healthPath]: { get: read("health", "Health", "Which parts of the server are up, and how full it is.", "Health") },
			[openApiPath]: {
				get: {
					operationId: "openApi",
					summary: "This document",
					description: "As OpenAPI 3.1.",
					responses: { "200": { description: "The document.", content: { "application/json": { schema: { type: "object" } } } } },
				},
			},
		},
		components: {
			schemas: { ...schemasOf(asked, "input"), ...schemasOf(answered, "output") },
			securitySchemes: {
				apiKey: { type: "http", scheme: "bearer", description: "A key that the operator made: `Authorization: Bearer sandglass_…`." },
			},
		},
	};
}
