import type { Page } from "playwright/test";

/** Longer than this without a frame is a page that stands still; a machine that is busy with tests takes two seconds by itself. */
export const stillPageMs = 5_000;

/** From now on, how long the page's longest time without a frame is, in ms. */
export async function watchFrames(page: Page): Promise<() => Promise<number>> {
	await page.evaluate(() => {
		const watch = { longestFrameMs: 0 };
		Object.assign(window, { frameWatch: watch });
		let before = performance.now();
		const look = (now: number): void => {
			watch.longestFrameMs = Math.max(watch.longestFrameMs, now - before);
			before = now;
			requestAnimationFrame(look);
		};
		requestAnimationFrame(look);
	});
	return () => page.evaluate(() => (window as unknown as { frameWatch: { longestFrameMs: number } }).frameWatch.longestFrameMs);
}
