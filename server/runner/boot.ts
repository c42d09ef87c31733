import { type AgentHandlers, AgentLink } from "./agent-link.ts";
import type { Sandbox } from "./drivers/driver.ts";

/** From a sandbox that was just made to one whose agent has said READY. */

const bootTimeoutMs = 15_000;

/** Handlers of a link that nobody uses: outside a step the link itself refuses every frame but READY. */
export const silentHandlers: AgentHandlers = {
	ready: () => undefined,
	output: () => undefined,
	stdinAck: () => undefined,
	stats: () => undefined,
	exit: () => undefined,
	fileRefused: () => undefined,
	dead: () => undefined,
};

/** Rejects unless the agent says READY in time; `retire` was then called with the link, and nobody else has it. */
export function bootAgent(sandbox: Sandbox, retire: (link: AgentLink) => void): Promise<AgentLink> {
	return new Promise<AgentLink>((resolve, reject) => {
		const give = (outcome: () => void): void => {
			clearTimeout(timer);
			outcome();
		};
		const fail = (reason: string): void =>
			give(() => {
				retire(link);
				reject(new Error(`the agent was not ready: ${reason}`));
			});
		const timer = setTimeout(() => fail("timeout"), bootTimeoutMs);
		const link = new AgentLink(sandbox, { ...silentHandlers, ready: () => give(() => resolve(link)), dead: fail });
	});
}
