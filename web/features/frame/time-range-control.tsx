'use client';
import { Popover } from '@mantine/core';
import { useState } from 'react';
import { serverNow } from '../../live/clock.ts';
import { followClock, holdSpan, readRange, type TimeRange } from '../../live/time-range.ts';
import { setUrlState, useSearch } from '../../live/url-state.ts';
import { useNow } from '../../live/use-window.ts';
import { Button } from '../../ui/button.tsx';
import { clock } from '../../ui/format.ts';
import { SegmentedControl } from '../../ui/segmented-control.tsx';
import uiStyles from '../../ui/ui.module.css';
import styles from './frame.module.css';

type Choice = TimeRange['name'];

function LiveLabel() {
  return (
    <>
      <svg width="7" height="7" aria-hidden="true">
        <circle cx="3.5" cy="3.5" r="3.5" fill="var(--ok)" />
      </svg>
      Live
    </>
  );
}

/** `14:30 to 14:45`; with seconds where minutes would not tell the ends apart. */
function spanWords({ from, to }: TimeRange): string {
  const length = to - from < 120_000 ? 8 : 5;
  return `${clock(from).slice(0, length)} to ${clock(to).slice(0, length)}`;
}

function toInput(at: number): string {
  const local = new Date(at - new Date(at).getTimezoneOffset() * 60_000);
  return local.toISOString().slice(0, 19);
}

function CustomForm({ range, onDone }: { range: TimeRange; onDone: () => void }) {
  const [from, setFrom] = useState(toInput(range.from));
  const [to, setTo] = useState(toInput(range.to));
  const start = new Date(from).getTime();
  const end = new Date(to).getTime();
  const valid = end - start >= 1000;
  return (
    <form
      className={styles.customForm}
      onSubmit={(event) => {
        event.preventDefault();
        if (!valid) return;
        setUrlState(holdSpan({ from: start, to: end }));
        onDone();
      }}
    >
      <label>
        From
        <input type="datetime-local" step="1" value={from} onChange={(e) => setFrom(e.target.value)} />
      </label>
      <label>
        To
        <input type="datetime-local" step="1" value={to} onChange={(e) => setTo(e.target.value)} />
      </label>
      <div className="row">
        <span className="cap ink3 gap">
          {valid ? 'Or drag across the strip.' : 'The end must be after the start.'}
        </span>
        <Button type="submit" variant="primary" size="sm" disabled={!valid}>
          Show
        </Button>
      </div>
    </form>
  );
}

/** Live, the last 5, 15 or 60 minutes, or any range. */
export function TimeRangeControl() {
  const search = useSearch();
  const range = readRange(search, useNow());
  const [open, setOpen] = useState(false);
  const custom = range.name === 'custom' && range.from > 0;
  const span = custom ? spanWords(range) : 'Custom';
  const options = [
    { value: 'live', label: <LiveLabel /> },
    { value: '5m', label: '5 min' },
    { value: '15m', label: '15 min' },
    { value: '60m', label: '60 min' },
    { value: 'custom', label: span },
  ] as const;
  const onChange = (choice: Choice) => {
    if (choice === 'custom') setOpen(true);
    else setUrlState(followClock(choice));
  };
  return (
    <Popover opened={open} onChange={setOpen} position="bottom-end" trapFocus withRoles={false}>
      <Popover.Target>
        <div>
          <SegmentedControl label="Time range" options={options} value={range.name} onChange={onChange} />
        </div>
      </Popover.Target>
      <Popover.Dropdown className={uiStyles.float}>
        <CustomForm range={readRange(search, serverNow.exact())} onDone={() => setOpen(false)} />
      </Popover.Dropdown>
    </Popover>
  );
}
