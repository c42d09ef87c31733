"use client";

import "../session/schema-policy.ts";
import styles from "./embed.module.css";
import { EmbedFrame } from "./embed-frame.tsx";
import { useEmbedSource } from "./use-embed-source.ts";

/** The document at /embed. `ticket` is what its server gave this very document; without it nothing runs. */
export function Embed({ ticket }: { ticket: string }) {
	const { source, port, commands } = useEmbedSource();
	if (source.kind === "failed") {
		return (
			<p className={styles.message} role="alert">
				{source.sentence}
			</p>
		);
	}
	if (source.kind === "waiting") return null;
	const { options, generation, isGrowing } = source;
	return <EmbedFrame key={generation} options={options} ticket={ticket} port={port} commands={commands} isGrowing={isGrowing} />;
}
