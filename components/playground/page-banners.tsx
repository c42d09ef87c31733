import { Banner } from "../notice/banner.tsx";
import type { SessionState } from "../session/session-state.ts";
import { describeConnection } from "../status/status-line.ts";

interface PageBannersProps {
	readonly state: SessionState;
	readonly hasCatalogueFailed: boolean;
	readonly isKept: boolean;
	readonly onRetry: () => void;
}

const reload = { label: "Reload", onClick: () => location.reload() };

/** What concerns the whole page, the most pressing only. */
export function PageBanners({ state, hasCatalogueFailed, isKept, onRetry }: PageBannersProps) {
	const connection = describeConnection(state.connection);
	if (state.connection.kind === "closed" && connection !== null) return <Banner sentence={connection} action={reload} />;
	if (state.isPageOld)
		return <Banner sentence="The server has been updated since this page was opened. Your work is kept." action={reload} />;
	if (hasCatalogueFailed) {
		return <Banner sentence="The list of languages could not be fetched." action={{ label: "Try again", onClick: onRetry }} />;
	}
	if (connection !== null) return <Banner sentence={connection} />;
	if (!isKept) return <Banner sentence="This browser keeps nothing for this page: what you write is gone when the page closes." />;
	return null;
}
