import { request as httpRequest, type IncomingMessage } from "node:http";
import { WebSocket } from "ws";
import { socketPath } from "../../../protocol/messages.ts";

interface Answer {
	readonly status: number;
	readonly headers: IncomingMessage["headers"];
	readonly body: string;
}

export function get(url: string, headers: Record<string, string> = {}): Promise<Answer> {
	return new Promise((resolve, reject) => {
		const request = httpRequest(url, { headers }, (response) => {
			let body = "";
			response.setEncoding("utf8");
			response.on("data", (part) => {
				body += part;
			});
			response.on("end", () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body }));
		});
		request.on("error", reject);
		request.end();
	});
}

/** The status with which a WebSocket handshake is answered; 101 when it is accepted. */
export function handshake(url: string, headers: Record<string, string>, protocols = ["sandglass.v1"]): Promise<number> {
	return new Promise((resolve, reject) => {
		const socket = new WebSocket(url.replace(/^http/, "ws") + socketPath, protocols, { headers });
		socket.on("open", () => {
			socket.close();
			resolve(101);
		});
		socket.on("unexpected-response", (_, response) => {
			response.resume();
			resolve(response.statusCode ?? 0);
		});
		socket.on("error", reject);
	});
}
