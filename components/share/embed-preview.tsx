import { useEffect, useRef, useState } from "react";
import { EmbedCommand, EmbedEvent, type EmbedOptionsInput, embedMark, embedPath } from "../../protocol/embed.ts";
import styles from "./share.module.css";

/** A change of an option is shown when no other follows within this. */
const settleMs = 250;

/** The embed itself, in a frame, told what an author's page would tell it. */
export function EmbedPreview({ options }: { options: EmbedOptionsInput }) {
	const frame = useRef<HTMLIFrameElement>(null);
	const latest = useRef(options);
	const [isThere, setIsThere] = useState(false);
	const [heightPx, setHeightPx] = useState(220);
	useEffect(() => {
		const configure = (): void => {
			const command = EmbedCommand.parse({ mark: embedMark, type: "configure", options: latest.current });
			frame.current?.contentWindow?.postMessage(command, location.origin);
		};
		const onMessage = ({ source, origin, data }: MessageEvent<unknown>): void => {
			if (source === null || source !== frame.current?.contentWindow || origin !== location.origin) return;
			const event = EmbedEvent.safeParse(data);
			if (!event.success) return;
			if (event.data.type === "hello") {
				setIsThere(true);
				configure();
			}
			if (event.data.type === "resize") setHeightPx(Math.min(Math.max(event.data.heightPx, 80), 320));
		};
		addEventListener("message", onMessage);
		return () => removeEventListener("message", onMessage);
	}, []);
	useEffect(() => {
		latest.current = options;
		const timer = setTimeout(() => {
			const command = EmbedCommand.safeParse({ mark: embedMark, type: "configure", options });
			if (isThere && command.success) frame.current?.contentWindow?.postMessage(command.data, location.origin);
		}, settleMs);
		return () => clearTimeout(timer);
	}, [options, isThere]);
	return (
		<figure className={styles.preview}>
			<figcaption className={styles.label}>As readers see it{isThere ? "" : " …"}</figcaption>
			<iframe ref={frame} className={styles.frame} title="The embed, as readers see it" src={embedPath} style={{ height: heightPx }} />
		</figure>
	);
}
