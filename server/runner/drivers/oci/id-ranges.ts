/**
 * Ids of the machine that sandboxes' ids stand for, a range for each sandbox that lives, so that what gets out of one is nobody here and nobody in
 * its neighbour. Above what distributions hand to users (`/etc/subuid`) and systemd to containers (0x00080000 to 0x6fffffff), below 2³¹.
 */

export interface IdRange {
	/** The machine's id of the sandbox's 0. */
	readonly first: number;
	readonly size: number;
	/** Given back once nothing of the sandbox is left. More than once is once. */
	release(): void;
}

const lowestId = 0x7000_0000;
const rangeSize = 65_536;
const rangeCount = 4_094;

export class IdRanges {
	readonly #taken = new Set<number>();
	#next: number;

	/** `start`: where to begin, so that two servers on one machine seldom choose the same. */
	constructor(start = 0) {
		this.#next = start % rangeCount;
	}

	/** @throws Error when every range is taken. */
	take(): IdRange {
		if (this.#taken.size === rangeCount) throw new Error("every range of user ids is taken");
		while (this.#taken.has(this.#next)) this.#next = (this.#next + 1) % rangeCount;
		const slot = this.#next;
		this.#next = (slot + 1) % rangeCount;
		this.#taken.add(slot);
		let isReleased = false;
		return {
			first: lowestId + slot * rangeSize,
			size: rangeSize,
			release: () => {
				if (!isReleased) this.#taken.delete(slot);
				isReleased = true;
			},
		};
	}
}
