import type { TestContext } from "node:test";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { z } from "zod";

/** The official client, as an agent's host uses it. */

const Answer = z.object({
	isError: z.boolean().default(false),
	content: z.array(z.object({ type: z.literal("text"), text: z.string() })),
	structuredContent: z.record(z.string(), z.unknown()).default({}),
});

export interface McpTestClient {
	readonly client: Client;
	readonly transport: StreamableHTTPClientTransport;
	call(
		tool: string,
		input?: Record<string, unknown>,
	): Promise<{ readonly isError: boolean; readonly text: string; readonly value: Record<string, unknown> }>;
}

/** Closed when the test ends. */
export async function connectMcp(context: TestContext, url: string, headers: Record<string, string> = {}): Promise<McpTestClient> {
	const client = new Client({ name: "test", version: "1" });
	const transport = new StreamableHTTPClientTransport(new URL(`${url}/mcp`), { requestInit: { headers } });
	await client.connect(transport);
	context.after(() => client.close());
	return {
		client,
		transport,
		async call(tool, input = {}) {
			const { isError, content, structuredContent } = Answer.parse(await client.callTool({ name: tool, arguments: input }));
			return { isError, text: content.map(({ text }) => text).join("\n"), value: structuredContent };
		},
	};
}

export const initialize = {
	jsonrpc: "2.0",
	id: 1,
	method: "initialize",
	params: { protocolVersion: "2025-06-18", capabilities: {}, clientInfo: { name: "raw", version: "1" } },
} as const;

/** One message, without a client; the answer is read to its end. */
export async function postMcp(url: string, body: unknown, headers: Record<string, string> = {}): Promise<Response> {
	const response = await fetch(`${url}/mcp`, {
		method: "POST",
		headers: { "content-type": "application/json", accept: "application/json, text/event-stream", ...headers },
		body: typeof body === "string" ? body : JSON.stringify(body),
	});
	const text = await response.text();
	return new Response(text, { status: response.status, headers: response.headers });
}
