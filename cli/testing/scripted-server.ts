import { createServer, type IncomingMessage } from "node:http";
import type { TestContext } from "node:test";
import { z } from "zod";
import type { ApiRunRequest, ApiRunResult, ApiStep } from "../../protocol/api.ts";
import type { ApiProblem } from "../../protocol/api-problem.ts";
import type { Catalogue } from "../../protocol/catalogue.ts";

/** A server that answers as a test tells it, for answers that a real one gives only when it is in trouble. */

export interface Answer {
	readonly status: number;
	readonly headers?: Readonly<Record<string, string>>;
	readonly body: object | string;
}

export interface ScriptedServer {
	readonly url: string;
	/** What was asked to run, in order. */
	readonly requests: readonly { readonly body: ApiRunRequest; readonly authorization: string | undefined }[];
	/** The most that were under way at once. */
	readonly mostAtOnce: number;
	close(): Promise<void>;
}

const AnyRequest = z.custom<ApiRunRequest>((value) => typeof value === "object" && value !== null && "language" in value);

export const catalogue: Catalogue = {
	build: "test",
	tiers: [],
	languages: [
		{
			id: "python",
			name: "Python",
			monacoId: "python",
			aliases: ["py"],
			fileName: "main.py",
			versions: [
				{ version: "3.13", title: "3.13", tiers: ["container"], isReady: true },
				{ version: "3.11", title: "3.11", tiers: ["container"], isReady: true },
				{ version: "pyodide-314", title: "3.14 (Pyodide)", tiers: ["browser"], isReady: true },
			],
			examples: [{ title: "x", fileName: "x.py", content: "", isInteractive: false }],
			memoryBytes: 1,
			hasCompileStep: false,
		},
	],
};

/** `answer`: for each request to run, by how many came before it. */
export async function openScriptedServer(
	test: TestContext,
	answer: (request: ApiRunRequest, before: number) => Answer | Promise<Answer>,
	languages: Answer = { status: 200, body: catalogue },
): Promise<ScriptedServer> {
	const requests: { body: ApiRunRequest; authorization: string | undefined }[] = [];
	let atOnce = 0;
	let mostAtOnce = 0;
	const server = createServer(async (request, response) => {
		const send = ({ status, headers, body }: Answer): void =>
			void response
				.writeHead(status, { "Content-Type": "application/json", ...headers })
				.end(typeof body === "string" ? body : JSON.stringify(body));
		if (request.method === "GET") return send(languages);
		mostAtOnce = Math.max(mostAtOnce, ++atOnce);
		const body = AnyRequest.parse(JSON.parse(await textOf(request)));
		requests.push({ body, authorization: request.headers.authorization });
		send(await answer(body, requests.length - 1));
		atOnce--;
	});
	await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
	const address = server.address();
	const close = (): Promise<void> =>
		new Promise((resolve) => {
			server.close(() => resolve());
			server.closeAllConnections();
		});
	test.after(close);
	return {
		url: `http://127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}`,
		requests,
		get mostAtOnce() {
			return mostAtOnce;
		},
		close,
	};
}

async function textOf(request: IncomingMessage): Promise<string> {
	const chunks: Uint8Array[] = [];
	for await (const chunk of request) chunks.push(z.instanceof(Uint8Array).parse(chunk));
	return Buffer.concat(chunks).toString();
}

export function printed(
	stdout: string,
	changes: Partial<ApiRunResult> = {},
	step: Partial<ApiStep> = {},
): Answer & { readonly body: ApiRunResult } {
	const program = { exitCode: 0, signal: null, wallMs: 12, cpuMs: 1, peakMemoryBytes: 1, stdout, stderr: "", output: stdout, ...step };
	const body: ApiRunResult = {
		language: "python",
		version: "3.13",
		tier: "container",
		outcome: { kind: "exited", code: program.exitCode ?? 0 },
		message: "Finished.",
		fault: null,
		compile: null,
		program,
		limit: null,
		...changes,
	};
	return { status: 200, body };
}

export function refused(
	status: number,
	code: ApiProblem["code"],
	changes: Partial<ApiProblem> = {},
	headers: Record<string, string> = {},
): Answer {
	const body: ApiProblem = {
		type: `/docs/errors#${code}`,
		title: code,
		status,
		detail: `About ${code}.`,
		code,
		fault: "operator",
		...changes,
	};
	return { status, headers: { "Content-Type": "application/problem+json", ...headers }, body };
}
