'use client';
import { useElementSize } from '@mantine/hooks';
import { usePathname } from 'next/navigation';
import { useState } from 'react';
import { useUrlState } from '../../live/url-state.ts';
import { Button } from '../../ui/button.tsx';
import { ChevronIcon, TableIcon } from '../../ui/icons.tsx';
import { Player } from './player.tsx';
import styles from './strip.module.css';
import { StripCanvas } from './strip-canvas.tsx';
import { StripTable } from './strip-table.tsx';

/** The incident strip: one time axis with six lanes, on every page; on small screens a sheet that opens. */
export function IncidentStrip() {
  // On the report of a run the strip is pulled up: the recovery anatomy is the same axis, drawn large.
  return usePathname().startsWith('/chaos/runs/') ? null : <Strip />;
}

function Strip() {
  const { ref, width } = useElementSize<HTMLElement>();
  const [open, setOpen] = useState(false);
  const [look, setLook] = useUrlState<'lanes' | 'table'>('strip', 'lanes');
  const table = look === 'table';
  return (
    <section ref={ref} className={styles.strip} aria-label="Incident strip" data-open={open}>
      <button
        type="button"
        className={styles.sheetHandle}
        aria-expanded={open}
        onClick={() => setOpen((o) => !o)}
      >
        <ChevronIcon turned={open} /> Incident strip
      </button>
      <div className={styles.tools}>
        <Button
          size="sm"
          variant="quiet"
          aria-pressed={table}
          aria-label="Incident strip as a table"
          title={table ? 'Show the lanes' : 'Show a table of everything in the range'}
          onClick={() => setLook(table ? 'lanes' : 'table')}
        >
          <TableIcon />
        </Button>
        <Player />
      </div>
      <div className={styles.sheetBody}>
        {table ? <StripTable /> : width > 0 ? <StripCanvas width={Math.round(width)} /> : null}
      </div>
    </section>
  );
}
