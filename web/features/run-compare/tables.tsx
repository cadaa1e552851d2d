import type { ComparedRow, Comparison } from '@stormglass/chaos/contract';
import { Empty } from '../../ui/empty.tsx';
import { list } from '../../ui/list.ts';
import { ListTable } from '../../ui/list-table.tsx';
import { type Cell, cellOf, FIGURES, figureChange, keyOf, nameOf, valueText } from './model.ts';
import styles from './run-compare.module.css';

const HEADS = { rate: 'Calls', errors: 'Failed', duration: 'Duration', slow: 'Slow' } as const;
const ROW_COLUMNS = [
  'Edge or operation',
  ...FIGURES.map((figure) => ({ head: HEADS[figure], look: 'num' as const })),
];
const WORDS = { better: 'better', worse: 'worse', differs: 'differs', same: 'may be chance' } as const;

function CellOf({ cell, untested }: { cell: Cell | null; untested: string }) {
  if (cell === null) {
    return (
      <td className={`${list.num} ink3`} title={untested}>
        –
      </td>
    );
  }
  return (
    <td className={`${list.num} ${styles.cell}`} data-tone={cell.tone} title={cell.about}>
      {cell.text}
      <b className={styles.mark} aria-hidden="true">
        {cell.mark}
      </b>
      <span className="visually-hidden">
        {WORDS[cell.tone]}: {cell.about}
      </span>
    </td>
  );
}

/** Every edge and operation, what differs first. */
export function RowsTable({ rows }: { rows: readonly ComparedRow[] }) {
  if (rows.length === 0) {
    return (
      <Empty title="Nothing differs">
        By more than chance, that is. Choose “All” to see every edge and operation with its values.
      </Empty>
    );
  }
  return (
    <ListTable label="Edges and operations of both runs" columns={ROW_COLUMNS}>
      {rows.map((row) => (
        <tr key={keyOf(row)}>
          <td className={list.wide} style={{ minWidth: 180 }} title={row.untested}>
            {nameOf(row)}
          </td>
          {FIGURES.map((figure) => (
            <CellOf key={figure} cell={cellOf(row, figure)} untested={row.untested} />
          ))}
        </tr>
      ))}
    </ListTable>
  );
}

const FIGURE_COLUMNS = [
  'Figure',
  { head: 'A', look: 'num' },
  { head: 'B', look: 'num' },
  { head: 'Change', look: 'num' },
] as const;

/** Recovery side by side; one run each, so nothing of it is marked. */
export function RecoveryTable({ figures }: Pick<Comparison, 'figures'>) {
  return (
    <ListTable label="Recovery of both runs" columns={FIGURE_COLUMNS}>
      {figures.map((figure) => (
        <tr key={figure.id}>
          <td>{figure.name}</td>
          <td className={list.num}>{valueText(figure, figure.a)}</td>
          <td className={list.num}>{valueText(figure, figure.b)}</td>
          <td className={list.num}>{figureChange(figure)}</td>
        </tr>
      ))}
    </ListTable>
  );
}
