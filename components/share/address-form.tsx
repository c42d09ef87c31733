import { type FormEvent, useEffect, useRef, useState } from "react";
import { fetchText, readAddress } from "./raw-text.ts";
import styles from "./share.module.css";

interface AddressFormProps {
	/** Sites from which this page may fetch. */
	readonly hosts: readonly string[];
	readonly initial: string;
	readonly onFile: (file: File) => Promise<void>;
	readonly onProblem: (sentence: string) => void;
}

/** A text from an address: fetched where the operator allows it and the reader presses, else shown as a link from which to copy it. */
export function AddressForm({ hosts, initial, onFile, onProblem }: AddressFormProps) {
	const [text, setText] = useState(initial);
	const [isFetching, setIsFetching] = useState(false);
	const fetching = useRef<AbortController>(null);
	useEffect(() => () => fetching.current?.abort(), []);
	const address = readAddress(text.trim());
	const isAllowed = address !== null && hosts.includes(address.origin);
	const submit = async (event: FormEvent): Promise<void> => {
		event.preventDefault();
		if (address === null || !isAllowed || isFetching) return;
		const controller = new AbortController();
		fetching.current = controller;
		setIsFetching(true);
		const fetched = await fetchText(address, controller.signal);
		if (controller.signal.aborted) return;
		setIsFetching(false);
		if ("file" in fetched) await onFile(fetched.file);
		else onProblem(fetched.problem);
	};
	return (
		<form className={`${styles.panel} ${styles.apart}`} onSubmit={(event) => void submit(event)}>
			<label className={styles.field}>
				<span className={styles.label}>Address of a raw text</span>
				<input
					className={styles.input}
					value={text}
					inputMode="url"
					placeholder="https://"
					autoComplete="off"
					autoCapitalize="off"
					spellCheck={false}
					onChange={(event) => setText(event.target.value)}
				/>
			</label>
			{isAllowed && (
				<div className={styles.actions}>
					<button type="submit" className={styles.secondary} disabled={isFetching}>
						{isFetching ? "Fetching …" : "Fetch and open it"}
					</button>
				</div>
			)}
			{address !== null && !isAllowed && (
				<p className={styles.hint}>
					This page may not fetch from there. Open{" "}
					<a className={styles.link} href={address.href} target="_blank" rel="noopener noreferrer">
						{address.host}
					</a>{" "}
					in a new tab, copy the text, and paste it below.
				</p>
			)}
			{address === null && text.trim() !== "" && <p className={styles.hint}>That is no https address.</p>}
		</form>
	);
}
