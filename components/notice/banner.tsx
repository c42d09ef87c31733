import styles from "./notice.module.css";

interface BannerProps {
	readonly sentence: string;
	readonly action?: { readonly label: string; readonly onClick: () => void };
}

/** Something about the whole page: offline, an old page, no list of languages. Our side's doing, and coloured so. */
export function Banner({ sentence, action }: BannerProps) {
	return (
		<div className={styles.banner} role="alert">
			<span>{sentence}</span>
			{action !== undefined && (
				<button type="button" className={styles.bannerAction} onClick={action.onClick}>
					{action.label}
				</button>
			)}
		</div>
	);
}
