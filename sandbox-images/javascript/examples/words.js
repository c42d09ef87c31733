// Which words does a text lean on? Iterators, maps and Intl do the counting.

const text = `
It was the best of times, it was the worst of times, it was the age of wisdom, it was the age of foolishness,
it was the epoch of belief, it was the epoch of incredulity, it was the season of Light, it was the season of
Darkness, it was the spring of hope, it was the winter of despair.`;

/** Yields each word of a text, lower case, as the language itself divides it. */
function* words(text, locale = "en") {
	for (const { segment, isWordLike } of new Intl.Segmenter(locale, { granularity: "word" }).segment(text)) {
		if (isWordLike) yield segment.toLocaleLowerCase(locale);
	}
}

function tally(items) {
	const counts = new Map();
	for (const item of items) counts.set(item, (counts.get(item) ?? 0) + 1);
	return counts;
}

const counts = tally(words(text));
const ranked = [...counts].sort(([a, x], [b, y]) => y - x || a.localeCompare(b));
const [, most] = ranked[0];

for (const [word, count] of ranked.slice(0, 8)) {
	console.log(`${word.padStart(10)}  \x1b[36m${"▇".repeat((count / most) * 40)}\x1b[0m ${count}`);
}

const once = ranked.filter(([, count]) => count === 1).map(([word]) => word);
const list = new Intl.ListFormat("en", { type: "conjunction" });
console.log(`\n${once.length} words come only once, ${list.format(once.slice(0, 4))} among them.`);
