import { type FormEvent, useState } from "react";
import { maxRequestLineBytes, requestLine, WorkerRequest, type WorkerResponse } from "../../protocol/worker-request.ts";
import { parseHeaderLines } from "./request-headers.ts";
import styles from "./worker-request.module.css";

const methods = WorkerRequest.shape.method.options;

interface WorkerExchangeProps {
	/** A request can be sent now. */
	readonly isOpen: boolean;
	readonly last: WorkerResponse | null;
	/** Grows with each response. */
	readonly responseCount: number;
	readonly onSend: (line: string) => void;
}

/** A request to send, and the last answer. */
export function WorkerExchange({ isOpen, last, responseCount, onSend }: WorkerExchangeProps) {
	return (
		<>
			<RequestForm isOpen={isOpen} onSend={onSend} />
			<div aria-live="polite">{last !== null && <Response key={responseCount} response={last} />}</div>
		</>
	);
}

function RequestForm({ isOpen, onSend }: { readonly isOpen: boolean; readonly onSend: (line: string) => void }) {
	const [method, setMethod] = useState<WorkerRequest["method"]>("GET");
	const [path, setPath] = useState("/");
	const [headerLines, setHeaderLines] = useState("");
	const [body, setBody] = useState("");
	const [problem, setProblem] = useState<string | null>(null);
	const submit = (event: FormEvent) => {
		event.preventDefault();
		const headers = parseHeaderLines(headerLines);
		if (typeof headers === "string") return setProblem(headers);
		const request = WorkerRequest.safeParse({ method, path, headers, body });
		if (!request.success) return setProblem("The path begins with “/”, and nothing here may be longer than 2,000 characters.");
		const line = requestLine(request.data);
		if (line === null) return setProblem(`A request is at most ${maxRequestLineBytes} bytes long.`);
		setProblem(null);
		onSend(line);
	};
	return (
		<form className={styles.form} onSubmit={submit} aria-describedby={problem === null ? undefined : "worker-request-problem"}>
			<div className={styles.row}>
				<select
					className={styles.field}
					aria-label="Method"
					value={method}
					onChange={(event) => setMethod(WorkerRequest.shape.method.parse(event.target.value))}
				>
					{methods.map((name) => (
						<option key={name}>{name}</option>
					))}
				</select>
				<input
					className={`${styles.field} ${styles.path}`}
					aria-label="Path"
					value={path}
					autoComplete="off"
					autoCapitalize="off"
					spellCheck={false}
					onChange={(event) => setPath(event.target.value)}
				/>
				<button type="submit" className={styles.send} disabled={!isOpen}>
					Send
				</button>
			</div>
			<details className={styles.more}>
				<summary>Headers and body</summary>
				<label>
					Headers
					<textarea
						className={styles.field}
						rows={2}
						placeholder="name: value"
						value={headerLines}
						onChange={(event) => setHeaderLines(event.target.value)}
					/>
				</label>
				<label>
					Body
					<textarea className={styles.field} rows={3} value={body} onChange={(event) => setBody(event.target.value)} />
				</label>
			</details>
			{problem !== null && (
				<p id="worker-request-problem" className={styles.problem} role="alert">
					{problem}
				</p>
			)}
		</form>
	);
}

function Response({ response }: { readonly response: WorkerResponse }) {
	if ("error" in response)
		return (
			<div className={styles.response}>
				<p className={styles.status}>The Worker threw</p>
				<pre className={styles.body}>{response.error}</pre>
			</div>
		);
	return (
		<div className={styles.response}>
			<p className={styles.status}>
				{response.status} {response.statusText}
			</p>
			<details className={styles.more}>
				<summary>
					{response.headers.length} {response.headers.length === 1 ? "header" : "headers"}
				</summary>
				<pre className={styles.body}>{response.headers.map(([name, value]) => `${name}: ${value}`).join("\n")}</pre>
			</details>
			<pre className={styles.body}>{response.body === "" ? "(no body)" : response.body}</pre>
			{response.isCut && <p className={styles.problem}>The body is longer than what is shown.</p>}
		</div>
	);
}
