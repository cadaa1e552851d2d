'use client';
import type { HeatMap } from '@stormglass/chaos/contract';
import type { CSSProperties } from 'react';
import { hueColor } from '../../ui/state.ts';
import { headWords, heatRows, legend, STATES, squareWords } from './model.ts';
import { SquareGlyph } from './square-glyph.tsx';
import styles from './sweep.module.css';

interface Props {
  heat: HeatMap;
  chosen: string | null;
  choose: (cell: string) => void;
}

/** Targets by faults, one square each; where a fault does not apply there is none. */
export function HeatMapTable({ heat, chosen, choose }: Props) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls sideways, so the keyboard must reach it
    <div className={styles.wrap} tabIndex={0}>
      <table className={styles.heat} aria-label="Fault matrix">
        <thead>
          <tr>
            <th scope="col" className={styles.corner}>
              Target
            </th>
            {heat.columns.map((column) => (
              <th key={column.id} scope="col" className={styles.column}>
                <span>{headWords(heat, column)}</span>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {heatRows(heat).map(({ row, squares }) => (
            <tr key={row}>
              <th scope="row" className={styles.row}>
                {row}
              </th>
              {squares.map((cell, i) => {
                const column = heat.columns[i];
                if (cell === null || column === undefined) return <td key={column?.id ?? i} />;
                const words = squareWords(cell, column);
                return (
                  <td key={column.id}>
                    <button
                      type="button"
                      className={styles.square}
                      data-state={cell.state}
                      aria-pressed={cell.id === chosen}
                      aria-label={words}
                      title={words}
                      style={{ '--hue': hueColor(STATES[cell.state].hue) } as CSSProperties}
                      onClick={() => choose(cell.id)}
                    >
                      <SquareGlyph state={cell.state} />
                    </button>
                  </td>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

export function HeatLegend({ heat }: { heat: HeatMap }) {
  return (
    <ul className={styles.legend}>
      {legend(heat).map(({ state, count }) => (
        <li key={state} title={STATES[state].means}>
          <SquareGlyph state={state} />
          <b>{count}</b> <span className="ink2">{STATES[state].title.toLowerCase()}</span>
        </li>
      ))}
    </ul>
  );
}
