/**
 * Docusaurus, VitePress and their like send HTML and then take it over in the browser. An element of ours that they did not send would make
 * them throw the page away and draw it anew, so a block of theirs is left alone until they have it.
 */

interface Maker {
	/** Around what it sent. */
	readonly root: string;
	hasTakenOver(block: Element, root: Element): boolean;
}

/** What React leaves on every element that it knows; its letters behind the sign are drawn anew for each page. */
const isReacts = (element: Element): boolean => Object.keys(element).some((name) => name.startsWith("__react"));

const makers: readonly Maker[] = [
	// React knows an element some time before it has done with the elements around it; Docusaurus says when it has done with all.
	{ root: "#__docusaurus", hasTakenOver: () => document.documentElement.dataset.hasHydrated === "true" },
	{ root: "#__next,#___gatsby", hasTakenOver: isReacts },
	{ root: "#app:has(.vp-doc,.Layout),#__nuxt", hasTakenOver: (_, root) => "__vue_app__" in root },
];

/** A page whose scripts did not come is what was sent, for good. */
export const hydrationPatienceMs = 10_000;

export const isBeingTakenOver = (block: Element): boolean =>
	makers.some((maker) => {
		const root = block.closest(maker.root);
		return root !== null && !maker.hasTakenOver(block, root);
	});
