import { type RefObject, useCallback, useEffect, useRef, useState } from "react";
import type { CatalogueLanguage, CatalogueVersion } from "../../protocol/catalogue.ts";
import type { TierId } from "../../protocol/tiers.ts";
import { describeFilesProblem, type Workspace } from "../files/workspace.ts";
import { parseArgumentLine } from "../run-bar/argument-line.ts";
import { isBrowserOnly } from "../run-bar/tier-choice.ts";
import type { ProgramRequest } from "../session/session-client.ts";
import { isBusy } from "../session/session-state.ts";
import type { Session } from "../session/use-session.ts";
import type { RunRecorder } from "../share/run-recorder.ts";
import type { StatusLine } from "../status/status-line.ts";
import type { ProgramExtras } from "../storage/work.ts";
import type { TerminalHandle } from "../terminal/terminal-panel.tsx";

export interface ProgramParts {
	readonly language: CatalogueLanguage;
	readonly version: CatalogueVersion;
	/** null: the server chooses. */
	readonly tier: TierId | null;
	readonly workspace: Workspace;
	readonly argumentLine: string;
	readonly extras: ProgramExtras;
}

export interface Program {
	readonly canRun: boolean;
	readonly canStop: boolean;
	/** Why the last press of Run sent nothing; null when it did. */
	readonly refusal: StatusLine | null;
	readonly run: () => void;
	/** Runs it in this browser, whatever was picked; the reader has just asked for that. */
	readonly runHere: (version: CatalogueVersion) => void;
	readonly stop: () => void;
}

const encoder = new TextEncoder();
const endOfInput = encoder.encode("\x04");
/** A terminal tells the end to who waits for input, and some forget it while a program still reads what stands before: so it is typed again. */
const endEveryMs = 600;
const maxEnds = 10;

/** Owns the way from what is on the page to a run: what can be told to be wrong is told here, and nothing is sent. */
export function useProgram(
	parts: ProgramParts | null,
	session: Session,
	terminal: RefObject<TerminalHandle | null>,
	recorder: RunRecorder,
): Program {
	const [refusal, setRefusal] = useState<StatusLine | null>(null);
	const { client, state } = session;
	/** Input that is typed for the reader once the program is there. */
	const prepared = useRef("");
	const isReady = parts?.version.isReady ?? false;
	const isHere = parts !== null && (parts.tier === "browser" || isBrowserOnly(parts.version));
	const canRun = client !== null && isReady && !isBusy(state.run) && (isHere || state.connection.kind !== "closed");
	const start = (version: string, tier: TierId | null, send: (request: ProgramRequest) => void) => {
		if (parts === null) return;
		const files = parts.workspace.files.map(({ name, content }) => ({ name, content }));
		const parsed = parseArgumentLine(parts.argumentLine);
		const problem = describeFilesProblem(files) ?? ("problem" in parsed ? parsed.problem : null);
		if (problem !== null || "problem" in parsed) {
			setRefusal({ tone: "reader", sentence: problem ?? "" });
			return;
		}
		setRefusal(null);
		const size = terminal.current?.size() ?? { columns: 80, rows: 24 };
		const { entry, stdin = "", limits } = parts.extras;
		const language = parts.language.id;
		send({
			language,
			version,
			...(tier === null ? {} : { tier }),
			files,
			...(files.some(({ name }) => name === entry) ? { entry } : {}),
			arguments: parsed.arguments,
			...(limits === undefined ? {} : { limits }),
			...size,
		});
		recorder.name({ language, files, arguments: parsed.arguments, stdin }, size);
		prepared.current = stdin;
	};
	const isReading = state.run.kind === "running" && state.run.at.step === "run";
	useEffect(() => {
		if (!isReading || prepared.current === "") return undefined;
		client?.sendInput(encoder.encode(prepared.current));
		prepared.current = "";
		let ends = 0;
		const timer = setInterval(() => {
			client?.sendInput(endOfInput);
			if (++ends === maxEnds) clearInterval(timer);
		}, endEveryMs);
		return () => clearInterval(timer);
	}, [isReading, client]);
	const run = () => {
		if (canRun && parts !== null) start(parts.version.version, isHere ? "browser" : parts.tier, (request) => client.run(request));
	};
	const runHere = (version: CatalogueVersion) => start(version.version, "browser", (request) => client?.runHere(request));
	const stop = useCallback(() => client?.stop(), [client]);
	const isStopping = state.run.kind === "running" && state.run.isStopping;
	return { canRun, canStop: isBusy(state.run) && !isStopping, refusal, run, runHere, stop };
}
