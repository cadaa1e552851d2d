'use client';
import { Popover } from '@mantine/core';
import { useState } from 'react';
import { Button, Chip } from '../../../ui/button.tsx';
import { ErrorNote } from '../../../ui/error-note.tsx';
import { clock } from '../../../ui/format.ts';
import uiStyles from '../../../ui/ui.module.css';
import styles from '../map.module.css';
import type { Compared } from '../use-baseline.ts';

interface Props {
  compared: Compared;
  /** The range that is shown, epoch ms. */
  page: { from: number; at: number };
}

const rangeWords = ({ from, to }: { from: number; to: number }): string => `${clock(from)} to ${clock(to)}`;

/** What the map is compared with: nothing, the time just before, or a range that is kept while others are looked at. */
export function BaselineChoice({ compared, page }: Props) {
  const [open, setOpen] = useState(false);
  const { baseline, ranges, words, error, set } = compared;
  const choose = (next: Compared['baseline']) => {
    set(next);
    setOpen(false);
  };
  return (
    <Popover opened={open} onChange={setOpen} position="bottom-end" width={340} withinPortal trapFocus>
      <Popover.Target>
        <Button size="sm" aria-expanded={open} onClick={() => setOpen((o) => !o)}>
          {baseline ? `Compared: ${words}` : 'Compare'}
        </Button>
      </Popover.Target>
      <Popover.Dropdown className={uiStyles.float}>
        <div className={styles.baseline}>
          <p className="cap ink2">
            {ranges
              ? `${rangeWords(ranges.now)} against ${rangeWords(ranges.base)}: ${words}.`
              : 'Errors, p95 and rate of each connection against another range.'}
          </p>
          <div className={styles.choices}>
            <Chip pressed={baseline === null} onClick={() => choose(null)}>
              Off
            </Chip>
            <Chip pressed={baseline?.kind === 'before'} onClick={() => choose({ kind: 'before' })}>
              With just before
            </Chip>
            <Chip
              pressed={baseline?.kind === 'kept'}
              onClick={() => choose({ kind: 'kept', from: page.from, to: page.at })}
            >
              Keep this range
            </Chip>
          </div>
          <p className="cap ink3">
            A kept range stays in the address: choose another range, and it is compared with the kept one.
            Fewer than 20 calls on a side are too few to say.
          </p>
          {error ? <ErrorNote error={error} /> : null}
        </div>
      </Popover.Dropdown>
    </Popover>
  );
}
