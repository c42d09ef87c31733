/** What a model is given of a long output: its beginning and its end, with a note between them that says how much is missing. */

export interface Clipped {
	readonly text: string;
	/** 0: nothing is missing. */
	readonly missingCharacters: number;
}

/** Never cuts a surrogate pair. The note is not counted. */
export function clip(text: string, maxCharacters: number): Clipped {
	if (text.length <= maxCharacters) return { text, missingCharacters: 0 };
	const half = Math.floor(maxCharacters / 2);
	const head = text.slice(0, isHighSurrogate(text, half - 1) ? half - 1 : half);
	const tail = text.slice(isHighSurrogate(text, text.length - half - 1) ? text.length - half + 1 : text.length - half);
	const missingCharacters = text.length - head.length - tail.length;
	return { text: `${head}\n[... ${missingCharacters} characters are left out here ...]\n${tail}`, missingCharacters };
}

function isHighSurrogate(text: string, at: number): boolean {
	const unit = text.charCodeAt(at);
	return unit >= 0xd800 && unit <= 0xdbff;
}
