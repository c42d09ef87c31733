import assert from "node:assert/strict";
import { test } from "node:test";
import { compareExactly, compareWithPattern, findPatternProblem } from "./comparison.ts";

const same = { isSame: true };
const drift = (line: number) => ({ isSame: false, line });

test("blanks at the end of a line, line ends of Windows and empty lines at the end do not count, all else does", () => {
	assert.deepEqual(compareExactly("a\nb", "a  \r\nb\t\n\n"), same);
	assert.deepEqual(compareExactly("", "\n"), same);
	assert.deepEqual(compareExactly("a\n b", "a\nb"), drift(1));
	assert.deepEqual(compareExactly("\na", "a"), drift(0));
	assert.deepEqual(compareExactly("a", "a\nb"), drift(1));
	assert.deepEqual(compareExactly("a\nb", "a"), drift(1));
});

test("a pattern has holes in a line, expressions, and lines that stand for any lines", () => {
	const cases: readonly (readonly [pattern: string, printed: string, wanted: object])[] = [
		["took … ms", "took 12.5 ms", same],
		["took {{[0-9]+}} ms", "took 12 ms", same],
		["took {{[0-9]+}} ms", "took x ms", drift(0)],
		["a.c (x) [y] $1 a-b", "a.c (x) [y] $1 a-b", same],
		["a.c", "abc", drift(0)],
		["first\n...\nlast", "first\nlast", same],
		["first\n…\nlast", "first\n1\n2\nlast\nlast", same],
		["first\n...\nlast", "first\n1\n2", drift(2)],
		["...", "", same],
		["...\n...\nx", "a\nx", same],
		["... and more", "... and more", same],
		["a\nb\nc", "a\nx\nc", drift(1)],
		["a", "a\nb", drift(1)],
	];
	for (const [pattern, printed, wanted] of cases) assert.deepEqual(compareWithPattern(pattern, printed), wanted, `${pattern} / ${printed}`);
});

test("an expression that cannot be read is told", () => {
	assert.equal(findPatternProblem("a {{[0-9]+}} {b}"), null);
	assert.match(findPatternProblem("a {{[0-9}}") ?? "", /character class/i);
});
