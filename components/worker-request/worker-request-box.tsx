import { type ComponentType, type ReactNode, useEffect, useState, useSyncExternalStore } from "react";
import type { WorkerExchange } from "./worker-exchange.tsx";
import type { WorkerOutput } from "./worker-output.ts";
import styles from "./worker-request.module.css";

interface WorkerRequestBoxProps {
	readonly output: WorkerOutput;
	/** The running program is in the isolate tier. */
	readonly isPossible: boolean;
	/** Types a line to the program. */
	readonly onSend: (line: string) => void;
	/** The terminal, which the box stands under. */
	readonly children: ReactNode;
}

type Exchange = ComponentType<Parameters<typeof WorkerExchange>[0]>;

/** Under the terminal, as long as a Worker waits for requests: one to send, and the last answer. Its code is fetched when the first one waits. */
export function WorkerRequestBox({ output, isPossible, onSend, children }: WorkerRequestBoxProps) {
	const { isAwaiting, last, responseCount } = useSyncExternalStore(output.subscribe, output.getState, output.getState);
	const [Exchange, setExchange] = useState<Exchange | null>(null);
	useEffect(() => {
		if (!isAwaiting) return;
		import("./worker-exchange.tsx")
			.then((module) => setExchange(() => module.WorkerExchange))
			.catch((error: unknown) => console.info("What sends requests could not be fetched; they can be typed into the terminal.", error));
	}, [isAwaiting]);
	return (
		<div className={styles.pane}>
			<div className={styles.terminal}>{children}</div>
			{isAwaiting && (isPossible || last !== null) && (
				<section className={styles.box} aria-label="Requests to the Worker">
					{Exchange !== null && <Exchange isOpen={isPossible} last={last} responseCount={responseCount} onSend={onSend} />}
				</section>
			)}
		</div>
	);
}
