import { type KeyboardEvent, useRef, useState } from "react";
import type { AttackResult } from "../../protocol/posture.ts";
import type { Matrix, MatrixColumn, MatrixRow } from "./attack-matrix.ts";
import styles from "./attack-table.module.css";
import { showableText } from "./hostile-text.ts";
import { OutcomeMark, outcomeNames } from "./outcome-mark.tsx";

export interface SelectedCell {
	readonly column: MatrixColumn;
	readonly attack: AttackResult;
}

interface AttackTableProps {
	readonly matrix: Matrix;
	readonly onSelect: (cell: SelectedCell) => void;
}

const moves: Readonly<Record<string, readonly [rows: number, columns: number]>> = {
	ArrowUp: [-1, 0],
	ArrowDown: [1, 0],
	ArrowLeft: [0, -1],
	ArrowRight: [0, 1],
};

/** What a cell is found again by: its place, which arrow keys count in. */
const placeOf = (row: number, column: number): string => `cell-${row}-${column}`;

/**
 * One tab stop for hundreds of cells: the arrow keys move between them, Home and End along a row, Enter opens one. It stays a table to
 * those who hear it, whose own keys for tables work as ever.
 */
export function AttackTable({ matrix, onSelect }: AttackTableProps) {
	const { columns, groups } = matrix;
	const table = useRef<HTMLTableElement>(null);
	const rows = groups.flatMap((group) => group.rows);
	const firstColumn = columns.findIndex(({ subject }) => rows[0]?.results.has(subject.id));
	const [stop, setStop] = useState(placeOf(0, Math.max(0, firstColumn)));
	const tierCount = columns.filter(({ subject }) => subject.tier !== null).length;
	const baselineCount = columns.length - tierCount;

	const cellAt = (row: number, column: number): HTMLElement | null =>
		table.current?.querySelector<HTMLElement>(`[data-place="${placeOf(row, column)}"]`) ?? null;
	const isStopThere = rows.some((row, y) => columns.some(({ subject }, x) => row.results.has(subject.id) && placeOf(y, x) === stop));
	const stopPlace = isStopThere ? stop : placeOf(0, Math.max(0, firstColumn));

	/** Steps over cells where nothing was tried. */
	const onKeyDown = (event: KeyboardEvent<HTMLElement>): void => {
		const [, row, column] = /^cell-(\d+)-(\d+)$/.exec(event.currentTarget.dataset.place ?? "") ?? [];
		if (row === undefined || column === undefined) return;
		const ends: Readonly<Record<string, readonly [number, number]>> = { Home: [-1, 1], End: [columns.length, -1] };
		const end = ends[event.key];
		const [down, right] = moves[event.key] ?? [0, end?.[1] ?? 0];
		if (down === 0 && right === 0) return;
		event.preventDefault();
		for (let y = Number(row) + down, x = (end?.[0] ?? Number(column)) + right; rows[y] && columns[x]; y += down, x += right) {
			const cell = cellAt(y, x);
			if (cell === null) continue;
			cell.focus();
			return;
		}
	};

	return (
		<div className={styles.matrixFrame}>
			<table ref={table} className={styles.matrix} aria-labelledby="matrix-heading" aria-describedby="matrix-keys">
				<thead>
					<tr>
						<th scope="col" className={styles.corner} rowSpan={2}>
							Attack
						</th>
						{tierCount > 0 && (
							<th scope="colgroup" className={styles.kind} colSpan={tierCount}>
								Isolations
							</th>
						)}
						{baselineCount > 0 && (
							<th scope="colgroup" className={styles.kind} colSpan={baselineCount} data-first-baseline>
								Baselines, never on offer
							</th>
						)}
					</tr>
					<tr>
						{columns.map(({ subject, counts }, x) => (
							<th
								key={subject.id}
								scope="col"
								className={styles.subject}
								data-first-baseline={x === tierCount || undefined}
								title={subject.sentence}
							>
								{subject.name}
								<span className={styles.tally}>{counts.broke === 0 ? `${counts.held} held` : `${counts.broke} broke`}</span>
							</th>
						))}
					</tr>
				</thead>
				{groups.map((group) => (
					<tbody key={group.title}>
						<tr>
							<th scope="rowgroup" className={styles.group} colSpan={columns.length + 1}>
								<span>{group.title}</span>
							</th>
						</tr>
						{group.rows.map((row) => (
							<Row
								key={row.id}
								row={row}
								index={rows.indexOf(row)}
								columns={columns}
								tierCount={tierCount}
								stopPlace={stopPlace}
								onStop={setStop}
								onKeyDown={onKeyDown}
								onSelect={onSelect}
							/>
						))}
					</tbody>
				))}
			</table>
		</div>
	);
}

interface RowProps {
	readonly row: MatrixRow;
	readonly index: number;
	readonly columns: readonly MatrixColumn[];
	readonly tierCount: number;
	readonly stopPlace: string;
	readonly onStop: (place: string) => void;
	readonly onKeyDown: (event: KeyboardEvent<HTMLElement>) => void;
	readonly onSelect: (cell: SelectedCell) => void;
}

function Row({ row, index, columns, tierCount, stopPlace, onStop, onKeyDown, onSelect }: RowProps) {
	const title = showableText(row.title, 120);
	return (
		<tr className={styles.attackRow}>
			<th scope="row" className={styles.attack}>
				<span className={styles.number}>{row.row}</span>
				<bdi>{title}</bdi>
			</th>
			{columns.map((column, x) => {
				const attack = row.results.get(column.subject.id);
				const place = placeOf(index, x);
				return (
					<td key={column.subject.id} data-outcome={attack?.outcome} data-first-baseline={x === tierCount || undefined}>
						{attack === undefined ? (
							<span className={styles.untried}>
								<span className="visually-hidden">Not tried</span>
							</span>
						) : (
							<button
								type="button"
								className={styles.cell}
								data-place={place}
								tabIndex={place === stopPlace ? 0 : -1}
								aria-haspopup="dialog"
								aria-label={`${outcomeNames[attack.outcome]}: ${title}, ${column.subject.name}`}
								onKeyDown={onKeyDown}
								onFocus={() => onStop(place)}
								onClick={() => onSelect({ column, attack })}
							>
								<OutcomeMark outcome={attack.outcome} />
							</button>
						)}
					</td>
				);
			})}
		</tr>
	);
}
