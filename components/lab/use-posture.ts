import { useEffect, useState } from "react";
import { PostureDocument, posturePath } from "../../protocol/posture.ts";

export type PostureState =
	| { readonly kind: "loading" }
	/** It never came. */
	| { readonly kind: "failed" }
	| { readonly kind: "ready"; readonly document: PostureDocument; readonly isStale: boolean };

/** While something is being measured, or the server cannot be reached. */
const busyPollMs = 2_000;
const calmPollMs = 30_000;

const isBusy = ({ tiers, reports }: PostureDocument): boolean => reports.length === 0 || tiers.some(({ state }) => state === "checking");

async function fetchPosture(signal: AbortSignal): Promise<PostureDocument> {
	const response = await fetch(posturePath, { signal, headers: { accept: "application/json" } });
	if (!response.ok) throw new Error(`The posture was answered with status ${response.status}.`);
	return PostureDocument.parse(await response.json());
}

/** Owns the newest posture that the server has; asks again by itself, and keeps the last one when the server goes away. */
export function usePosture(): PostureState {
	const [state, setState] = useState<PostureState>({ kind: "loading" });
	useEffect(() => {
		const controller = new AbortController();
		let timer: ReturnType<typeof setTimeout> | undefined;
		const load = async (): Promise<void> => {
			let pauseMs = busyPollMs;
			try {
				const document = await fetchPosture(controller.signal);
				setState({ kind: "ready", document, isStale: false });
				if (!isBusy(document)) pauseMs = calmPollMs;
			} catch (error) {
				if (controller.signal.aborted) return;
				console.info("The posture did not come.", error);
				setState((current) => (current.kind === "ready" ? { ...current, isStale: true } : { kind: "failed" }));
			}
			timer = setTimeout(() => void load(), pauseMs);
		};
		void load();
		return () => {
			controller.abort();
			clearTimeout(timer);
		};
	}, []);
	return state;
}

/** The time now, in ms, renewed every so often for what is told relative to it. */
export function useNow(everyMs: number): number {
	const [nowMs, setNowMs] = useState(() => Date.now());
	useEffect(() => {
		const timer = setInterval(() => setNowMs(Date.now()), everyMs);
		return () => clearInterval(timer);
	}, [everyMs]);
	return nowMs;
}
