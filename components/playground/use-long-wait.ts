import { useEffect, useState } from "react";

/** True once `isWaiting` has held for `afterMs` without a break. */
export function useLongWait(isWaiting: boolean, afterMs: number): boolean {
	const [isLong, setIsLong] = useState(false);
	useEffect(() => {
		if (!isWaiting) return undefined;
		const timer = setTimeout(() => setIsLong(true), afterMs);
		return () => {
			clearTimeout(timer);
			setIsLong(false);
		};
	}, [isWaiting, afterMs]);
	return isWaiting && isLong;
}
