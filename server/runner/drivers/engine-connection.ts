import Docker from "dockerode";

/** The one file that knows the engine's library; everybody else is handed the connection. */

export type EngineConnection = Docker;

/** `dockerHost`: `unix:///path` or `tcp://host:port`. Nothing is sent until the first call. */
export function connectEngine(dockerHost: string): EngineConnection {
	const url = new URL(dockerHost);
	if (url.protocol === "unix:") return new Docker({ socketPath: url.pathname });
	return new Docker({ protocol: "http", host: url.hostname, port: Number(url.port || 2375) });
}
