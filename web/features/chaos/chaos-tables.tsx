'use client';
import type { FaultInterval } from '@stormglass/agents/contract';
import type { RunSummary } from '@stormglass/chaos/contract';
import type { AuditEntry } from '../../live/answers.ts';
import { faultWords } from '../../live/fault-words.ts';
import { verdictWords } from '../../live/verdict-words.ts';
import { Button } from '../../ui/button.tsx';
import { ErrorNote } from '../../ui/error-note.tsx';
import { clock, countdown, dateTime, durationText } from '../../ui/format.ts';
import { CrystalGlyph } from '../../ui/glyphs/crystal.tsx';
import { WithInstants } from '../../ui/instant.tsx';
import { list } from '../../ui/list.ts';
import { ListTable } from '../../ui/list-table.tsx';
import { RangeLink } from '../../ui/range-link.tsx';
import { Tag } from '../../ui/tag.tsx';
import { useReleaseFault } from './queries.ts';

const RUN_COLUMNS = [
  'Started',
  'Experiment',
  'Verdict',
  { head: 'Took', look: 'num' },
  { head: 'Seed', look: 'num' },
  'By',
  'Why',
] as const;

export function RunsTable({ runs }: { runs: readonly RunSummary[] }) {
  if (runs.length === 0) {
    return (
      <p className="ink2">
        No run yet. Choose an experiment above: it arms its faults, watches, reverts them and measures the
        recovery.
      </p>
    );
  }
  return (
    <ListTable label="Runs" columns={RUN_COLUMNS}>
      {runs.map((r) => {
        const words = verdictWords(r.verdict);
        return (
          <tr key={r.id}>
            <td>{dateTime(r.startedAt)}</td>
            <td>
              <RangeLink href={`/chaos/runs/${r.id}`}>{r.title}</RangeLink>
            </td>
            <td>
              <Tag hue={words.tone} title={words.means}>
                {words.title}
              </Tag>
            </td>
            <td className={list.num}>{r.endedAt === null ? '–' : durationText(r.endedAt - r.startedAt)}</td>
            <td className={list.num}>
              {r.seed}
              {r.unprotected ? ' (unprotected)' : ''}
            </td>
            <td>{r.startedBy}</td>
            <td className={list.wide} style={{ minWidth: 120 }} title={r.why}>
              {r.why}
            </td>
          </tr>
        );
      })}
    </ListTable>
  );
}

function FaultRow({ fault, now }: { fault: FaultInterval; now: number }) {
  const release = useReleaseFault();
  return (
    <li className="row" style={{ minHeight: 30, flexWrap: 'wrap' }}>
      <CrystalGlyph r={6} />
      <b className="fault">{faultWords(fault.spec)}</b>
      <span className="ink2">
        {fault.injections} hit, ends in {countdown(fault.expiresAt - now)}
      </span>
      <span className="ink3">
        {fault.faultId}, by {fault.owner}, since {clock(fault.armedAt)}
      </span>
      <span className="gap" />
      <Button
        size="sm"
        variant="fault"
        disabled={release.isPending}
        onClick={() => release.mutate(fault.faultId)}
      >
        Release
      </Button>
      {release.error ? <ErrorNote error={release.error} /> : null}
    </li>
  );
}

export function ArmedFaults({ faults, now }: { faults: readonly FaultInterval[]; now: number }) {
  if (faults.length === 0) {
    return (
      <p className="ink2">
        None is armed. To arm one by hand, click a service or an edge on the live map: Break this.
      </p>
    );
  }
  return (
    <ul>
      {faults.map((f) => (
        <FaultRow key={f.faultId} fault={f} now={now} />
      ))}
    </ul>
  );
}

export function AuditTable({ entries }: { entries: readonly AuditEntry[] }) {
  if (entries.length === 0)
    return (
      <p className="ink2">
        Nothing was done yet. Each arming, ending, halt and control is written here, for good.
      </p>
    );
  return (
    <ListTable label="Audit log" columns={['When', 'Who', 'What', 'On', 'Why', 'How it ended']}>
      {entries.map((e) => (
        <tr key={e.seq}>
          <td>{dateTime(e.at)}</td>
          <td>{e.who}</td>
          <td>{e.what}</td>
          <td className="mono">{e.subject}</td>
          <td>{e.why}</td>
          <td className={list.wide} style={{ minWidth: 120 }} title={e.outcome}>
            <WithInstants text={e.outcome} />
          </td>
        </tr>
      ))}
    </ListTable>
  );
}
