'use client';
import type { Timeline } from '@stormglass/agents/contract';
import { useMemo } from 'react';
import { AskButton } from '../../ui/confirming.tsx';
import { ErrorNote } from '../../ui/error-note.tsx';
import { clock, durationText, shortId } from '../../ui/format.ts';
import { RangeLink } from '../../ui/range-link.tsx';
import styles from './breakers.module.css';
import { durations, trippingCalls } from './durations.ts';
import { FORCES, forceWords } from './force-words.ts';
import { type BreakerCell, barsOf, wouldOpenAt } from './model.ts';
import { useForceBreaker } from './queries.ts';
import { SecondBars } from './second-bars.tsx';

const BAR_SECONDS = 20;
const BEFORE_MS = 5 * 60_000;

export interface PartProps {
  cell: BreakerCell;
  timeline: Timeline;
  at: number;
}

/** Fault time on the callee, or on the way to it, as [from, to], epoch ms. */
export function faultTimes({ timeline, cell, at }: PartProps): (readonly [number, number])[] {
  const on = timeline.faults.filter(({ spec: { target } }) => {
    if (target.kind === 'edge') return target.from === cell.service && target.to === cell.peer;
    return target.service === cell.peer;
  });
  return on.map((fault) => [fault.armedAt, fault.endedAt ?? at] as const);
}

function faultSeconds(props: PartProps): (second: number) => boolean {
  const times = faultTimes(props);
  return (second) => times.some(([from, to]) => from < (second + 1) * 1000 && to > second * 1000);
}

/** Calls per second around the opening, or the newest ones. */
export function Calls(props: PartProps) {
  const { cell, at } = props;
  const bars = barsOf(cell, at, BAR_SECONDS);
  const sum = (of: 'answered' | 'failed' | 'turnedAway') => bars.reduce((n, b) => n + b[of], 0);
  const on = faultSeconds(props);
  const tripped = cell.phase === 'open' || cell.phase === 'half_open';
  return (
    <div>
      <h3>
        {tripped ? 'The seconds that opened it, calls per second' : `Last ${BAR_SECONDS} s, calls per second`}
      </h3>
      <SecondBars
        bars={bars}
        faultOn={on}
        label={`Calls per second: ${sum('answered')} answered, ${sum('failed')} failed`}
      />
      <div className={styles.legend}>
        <span>
          <i style={{ background: 'var(--ok)' }} />
          {sum('answered')} answered
        </span>
        <span>
          <i style={{ background: 'var(--failing)' }} />
          {sum('failed')} failed
        </span>
        <span>
          <i style={{ border: '1.2px solid var(--open)' }} />
          {sum('turnedAway')} turned away
        </span>
        {bars.some((b) => on(b.second)) ? <span className="fault">hatched: fault on</span> : null}
      </div>
    </div>
  );
}

/** p50, p95, p99 of the window that opened it, beside five minutes before; or of the range. */
export function Quantiles({ cell, timeline, at }: PartProps) {
  const openedAt = cell.opening?.at ?? at;
  const windowMs = (cell.opening?.windowSeconds || 10) * 1000;
  const [before, then] = useMemo(
    () => [
      durations(timeline, cell.service, cell.peer, openedAt - windowMs - BEFORE_MS, openedAt - windowMs),
      durations(timeline, cell.service, cell.peer, openedAt - windowMs, openedAt + 1000),
    ],
    [timeline, cell.service, cell.peer, openedAt, windowMs],
  );
  const rows = [
    ['p50', before.p50, then.p50],
    ['p95', before.p95, then.p95],
    ['p99', before.p99, then.p99],
  ] as const;
  return (
    <div>
      <h3>{cell.opening ? `Duration of those ${then.calls}` : 'Duration of calls'}</h3>
      <table className={styles.quantiles}>
        <thead>
          <tr>
            <td />
            <th className="ink3">5 min before</th>
            <th className="ink3">{cell.opening ? 'then' : 'now'}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map(([name, a, b]) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              <td className="ink2">{durationText(a)}</td>
              <td className={a !== null && b !== null && b > a * 3 ? 'failing strong' : 'strong'}>
                {durationText(b)}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

const LIMITS = [0.3, 0.4, 0.5, 0.6, 0.75];

/** When it would have opened with another limit, over the recorded calls. */
export function OtherLimits({ cell }: { cell: BreakerCell }) {
  const own = cell.threshold;
  const limits = LIMITS.map((limit) => ({ limit, second: wouldOpenAt(cell, limit) }));
  return (
    <div>
      <h3>At other limits it opens at</h3>
      <table className={styles.quantiles}>
        <tbody>
          <tr>
            {limits.map(({ limit }) => (
              <th key={limit} className={limit === own ? 'strong ink1' : 'ink3'}>
                {Math.round(limit * 100)} %
              </th>
            ))}
          </tr>
          <tr>
            {limits.map(({ limit, second }) => (
              <td key={limit} className={limit === own ? 'strong' : 'ink2'}>
                {second === null ? 'never' : clock(second * 1000).slice(3)}
              </td>
            ))}
          </tr>
        </tbody>
      </table>
    </div>
  );
}

/** The calls that tripped it, each a trace. */
export function TrippingCalls({ cell, timeline, at }: PartProps) {
  const calls = trippingCalls(timeline, cell, Math.min(at, cell.opening?.at ?? at), 3);
  return (
    <div>
      <h3>{cell.opening ? 'Last calls before it opened' : 'Touched calls'}</h3>
      {calls.length === 0 ? <p className="ink3 cap">none recorded in the range</p> : null}
      <ul className={styles.calls}>
        {calls.map((c) => (
          <li key={c.traceId}>
            <span className="mono ink3">{clock(c.at, 3)}</span>
            <RangeLink href={`/traces/${c.traceId}`}>
              <span className="mono">{shortId(c.traceId)}</span>
            </RangeLink>
            <span className="ink2 clip">{c.what}</span>
          </li>
        ))}
      </ul>
    </div>
  );
}

/** Force it for 30 s; the agent takes it back by itself. */
export function Force({ cell, forceable }: { cell: BreakerCell; forceable: boolean }) {
  const force = useForceBreaker(cell.service, cell.name);
  return (
    <div>
      <h3>Force for 30 s</h3>
      <div className={styles.buttons}>
        {FORCES.map(([state, word]) => (
          <AskButton
            key={state}
            size="sm"
            disabled={!forceable || force.isPending}
            onConfirm={() => force.mutate(state)}
            {...forceWords(cell, state)}
          >
            {word}
          </AskButton>
        ))}
      </div>
      {forceable ? null : <p className="ink3 cap">No agent of {cell.service} offers it.</p>}
      {force.data ? (
        <p className="ink2 cap" role="status">
          {force.data.answers.map((a) => `${a.instance} is ${a.state.replace('_', ' ')}`).join(', ')}
        </p>
      ) : null}
      {force.error ? <ErrorNote error={force.error} /> : null}
    </div>
  );
}
