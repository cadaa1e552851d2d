'use client';
import { Popover } from '@mantine/core';
import type { FaultInterval } from '@stormglass/agents/contract';
import { useMutation } from '@tanstack/react-query';
import { faultWords } from '../../live/fault-words.ts';
import { armedAt } from '../../live/figures.ts';
import { request } from '../../live/request.ts';
import { useLiveFaults, useNow } from '../../live/use-window.ts';
import { Button } from '../../ui/button.tsx';
import { ErrorNote } from '../../ui/error-note.tsx';
import { countdown } from '../../ui/format.ts';
import { CountdownRing } from '../../ui/glyphs/countdown-ring.tsx';
import { CrystalMark } from '../../ui/glyphs/crystal.tsx';
import { RangeLink } from '../../ui/range-link.tsx';
import uiStyles from '../../ui/ui.module.css';
import styles from './frame.module.css';

function FaultPicture({ fault, now }: { fault: FaultInterval; now: number }) {
  const left = (fault.expiresAt - now) / Math.max(1, fault.expiresAt - fault.armedAt);
  return (
    <svg width="18" height="18" viewBox="-9 -9 18 18" aria-hidden="true">
      <CountdownRing r={7.5} width={2} left={left} hue="fault" />
      <CrystalMark r={3.6} strokeWidth={1} />
    </svg>
  );
}

function FaultRow({ fault, now }: { fault: FaultInterval; now: number }) {
  const release = useMutation({
    mutationFn: () => request('releaseFault', { params: { id: fault.faultId } }),
  });
  return (
    <li className={styles.faultRow}>
      <FaultPicture fault={fault} now={now} />
      <div className="gap">
        <div className="fault strong">{faultWords(fault.spec)}</div>
        <div className="cap ink3">
          {countdown(fault.expiresAt - now)} left, {fault.injections} calls hit, by {fault.owner}
        </div>
        {release.error ? <ErrorNote error={release.error} /> : null}
      </div>
      <Button size="sm" disabled={release.isPending} onClick={() => release.mutate()}>
        Release
      </Button>
    </li>
  );
}

/** What is armed right now, with its countdown; opens the list with a release for each. */
export function ActiveFaults() {
  const now = useNow();
  const faults = armedAt(useLiveFaults(), now);
  const first = faults[0];
  if (!first) return <span className={`ink2 ${styles.noFaults}`}>No active faults</span>;
  const more = faults.length > 1 ? ` +${faults.length - 1}` : '';
  return (
    <Popover position="bottom-end" width={380} trapFocus>
      <Popover.Target>
        <Button variant="fault" className={styles.faultPill}>
          <span className="visually-hidden">{faults.length} active:</span>
          <FaultPicture fault={first} now={now} />
          <span className="clip" style={{ maxWidth: 190 }}>
            {faultWords(first.spec)}
          </span>
          {more}
          <b>{countdown(first.expiresAt - now)}</b>
        </Button>
      </Popover.Target>
      <Popover.Dropdown className={uiStyles.float}>
        <ul className="stack" style={{ gap: 10 }}>
          {faults.map((fault) => (
            <FaultRow key={fault.faultId} fault={fault} now={now} />
          ))}
        </ul>
        <div className="cap" style={{ marginTop: 10 }}>
          <RangeLink href="/chaos">All faults and runs</RangeLink>
        </div>
      </Popover.Dropdown>
    </Popover>
  );
}
