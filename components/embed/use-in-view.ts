import { type RefObject, useEffect, useState } from "react";

/** True from the moment at which some of it is on the reader's screen, frames around it included. False while it is not watched. */
export function useInView(element: RefObject<HTMLElement | null>, isWatched: boolean): boolean {
	const [isInView, setIsInView] = useState(false);
	useEffect(() => {
		if (!isWatched || element.current === null) return;
		const observer = new IntersectionObserver((entries) => {
			if (!entries.some(({ isIntersecting }) => isIntersecting)) return;
			setIsInView(true);
			observer.disconnect();
		});
		observer.observe(element.current);
		return () => observer.disconnect();
	}, [element, isWatched]);
	return isInView;
}
