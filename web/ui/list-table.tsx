import type { ReactNode } from 'react';
import { list } from './list.ts';

/** A column by its head alone, or with the look of its cells. */
type Column = string | { head: string; look: 'num' | 'wide' };

interface Props {
  label: string;
  columns: readonly Column[];
  /** The rows. */
  children: ReactNode;
}

function Head({ column }: { column: Column }) {
  if (typeof column === 'string') return <th>{column}</th>;
  return <th className={list[column.look]}>{column.head}</th>;
}

/** A table of rows, 24 px each, in a box that scrolls sideways when there is no room. */
export function ListTable({ label, columns, children }: Props) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls sideways, so the keyboard must reach it
    <div className={list.wrap} tabIndex={0}>
      <table className={list.table} aria-label={label}>
        <thead>
          <tr>
            {columns.map((column) => (
              <Head key={typeof column === 'string' ? column : column.head} column={column} />
            ))}
          </tr>
        </thead>
        <tbody>{children}</tbody>
      </table>
    </div>
  );
}
