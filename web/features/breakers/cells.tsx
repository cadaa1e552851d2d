'use client';
import type { FaultInterval } from '@stormglass/agents/contract';
import { useMemo } from 'react';
import { clock, countdown, durationText, shortId } from '../../ui/format.ts';
import { BreakerGlyph, BreakerMark } from '../../ui/glyphs/breaker.tsx';
import { CountdownGlyph } from '../../ui/glyphs/countdown-ring.tsx';
import { CrystalGlyph } from '../../ui/glyphs/crystal.tsx';
import { ChevronIcon } from '../../ui/icons.tsx';
import { RangeLink } from '../../ui/range-link.tsx';
import { SparkBars } from '../../ui/spark-bars.tsx';
import { breakerWord } from '../../ui/state.ts';
import { Tag } from '../../ui/tag.tsx';
import { useWidth } from '../../ui/use-width.ts';
import styles from './breakers.module.css';
import { CallsChart } from './calls-chart.tsx';
import { durations } from './durations.ts';
import type { Host } from './history.ts';
import { HistoryLane, openings } from './history-lane.tsx';
import { Hosts } from './hosts.tsx';
import { type BreakerCell, barsOf, RECENT_SECONDS, title, whyItOpened } from './model.ts';
import { Calls, Force, faultTimes, OtherLimits, type PartProps, Quantiles, TrippingCalls } from './parts.tsx';
import { Stretches } from './stretches.tsx';
import { useOpened } from './use-opened.ts';

export interface CellProps extends PartProps {
  forceable: boolean;
  from: number;
  /** The same breaker on every instance of its service. */
  hosts: readonly Host[];
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function faultAt({ cell, timeline }: PartProps): FaultInterval | null {
  const at = cell.opening?.at;
  if (at === undefined) return null;
  const on = (f: FaultInterval) => f.armedAt <= at && (f.endedAt ?? Number.POSITIVE_INFINITY) >= at - 10_000;
  const hits = (f: FaultInterval) => {
    const { target } = f.spec;
    return target.kind === 'edge' ? target.to === cell.peer : target.service === cell.peer;
  };
  return timeline.faults.find((f) => on(f) && hits(f)) ?? null;
}

/** Marks chaos, so that it is never taken for natural trouble. */
function Cause(props: PartProps) {
  const fault = faultAt(props);
  if (!fault)
    return props.cell.opening ? (
      <span className="cap ink3">not chaos: no fault on {props.cell.peer}</span>
    ) : null;
  const words = fault.runId ? `chaos, run ${shortId(fault.runId)}` : `chaos, ${shortId(fault.faultId)}`;
  const tag = (
    <Tag hue="fault">
      <CrystalGlyph r={5} />
      {words}
    </Tag>
  );
  return fault.runId ? (
    <RangeLink href={`/chaos/runs/${fault.runId}`} className="">
      {tag}
    </RangeLink>
  ) : (
    tag
  );
}

function Why({ cell }: { cell: BreakerCell }) {
  if (!cell.opening) return <p className={styles.why}>It was open before this range began.</p>;
  const { cause, rule } = whyItOpened(cell.opening);
  return (
    <p className={styles.why}>
      <b>{cause}</b> {rule} <b>{cell.turnedAway}</b> {cell.turnedAway === 1 ? 'call' : 'calls'} turned away
      since {clock(cell.opening.at, 1)}.
    </p>
  );
}

function Wait({ cell, at }: { cell: BreakerCell; at: number }) {
  if (cell.remainingMs === null) return null;
  return (
    <div className={styles.wait}>
      <b>{countdown(cell.remainingMs)}</b>
      <span>to the next try</span>
      <span>at {clock(at + cell.remainingMs)}</span>
    </div>
  );
}

/** Open: the large cell that says why, for how long, and what can be done. */
export function OpenCell(props: CellProps) {
  const { cell, at } = props;
  const left = cell.remainingMs !== null && cell.waitMs ? cell.remainingMs / cell.waitMs : 1;
  return (
    <section className={styles.open} aria-label={`${title(cell)}, ${breakerWord(cell.state)}`}>
      <div className={styles.openHead}>
        <CountdownGlyph
          size={64}
          left={left}
          hue="open"
          width={4}
          label={`${Math.round(left * 100)} % of the wait left`}
        >
          <g transform="scale(2.4)">
            <BreakerMark state={cell.state} />
          </g>
        </CountdownGlyph>
        <div className={styles.what}>
          <div className="row" style={{ flexWrap: 'wrap' }}>
            <h2 style={{ fontSize: 15, lineHeight: '20px' }}>{title(cell)}</h2>
            <Tag hue="open">{capital(breakerWord(cell.state))}</Tag>
            <Cause {...props} />
          </div>
          <Why cell={cell} />
        </div>
        <Wait cell={cell} at={at} />
      </div>
      <Detail {...props} />
    </section>
  );
}

function Detail(props: CellProps) {
  return (
    <>
      <div className={styles.parts}>
        <Calls {...props} />
        <Quantiles {...props} />
        <Force cell={props.cell} forceable={props.forceable} />
      </div>
      <div className={styles.parts}>
        <TrippingCalls {...props} />
        <OtherLimits cell={props.cell} />
        <Hosts hosts={props.hosts} own={props.cell.instance} at={props.at} />
      </div>
      <Range {...props} />
    </>
  );
}

/** The whole range: calls, and below them the states. */
function Range(props: CellProps) {
  const { cell, from, at, timeline } = props;
  const faults = useMemo(() => faultTimes({ cell, timeline, at }), [cell, timeline, at]);
  return (
    <div className={styles.range}>
      <CallsChart cell={cell} from={from} to={at} faults={faults} />
      <HistoryLane cell={cell} from={from} to={at} />
    </div>
  );
}

function sparks(cell: BreakerCell, at: number) {
  return barsOf(cell, at, 24).map((b) => ({
    parts: [
      ['ok', b.answered],
      ['failing', b.failed],
      ['open', b.turnedAway],
    ] as const,
  }));
}

/** Half-open: probing. */
export function HalfOpenCell(props: CellProps) {
  const { cell, at } = props;
  return (
    <section className={styles.half} aria-label={`${title(cell)}, half-open`}>
      <div className={styles.halfHead}>
        <CountdownGlyph size={42} left={1} hue="half" width={2} dashed label="probing">
          <g transform="scale(1.7)">
            <BreakerMark state="half_open" />
          </g>
        </CountdownGlyph>
        <div style={{ minWidth: 0 }}>
          <div className="row" style={{ flexWrap: 'wrap' }}>
            <h2>{title(cell)}</h2>
            <Tag hue="half">Half-open</Tag>
            <Cause {...props} />
          </div>
          <p className={styles.why}>
            <b>A probe is let through</b> since {clock(cell.since, 1)}; it closes if it succeeds.{' '}
            {cell.opening ? `Opened ${clock(cell.opening.at, 1)}. ${whyItOpened(cell.opening).cause}` : ''}
          </p>
        </div>
      </div>
      <SparkBars
        bars={sparks(cell, at)}
        width={220}
        height={22}
        label="Last 24 s: answered, failed, turned away"
      />
    </section>
  );
}

function lineWords(cell: BreakerCell): { text: string; tone: string } {
  const calls = cell.answered + cell.failed;
  if (cell.phase === 'unknown')
    return { text: `no report for ${Math.round(cell.ageMs / 1000)} s`, tone: 'unknown' };
  if (cell.phase === 'quiet') return { text: 'no calls for 60 s', tone: 'ink3' };
  return { text: `${cell.failed} of ${calls} failed`, tone: cell.failed > 0 ? 'degraded strong' : 'ink2' };
}

/** The room of a wide row says what the range was like. */
function RowHistory({ cell, from, to }: { cell: BreakerCell; from: number; to: number }) {
  const [ref, width] = useWidth<HTMLSpanElement>(200);
  return (
    <span data-wide ref={ref} style={{ minWidth: 0 }}>
      <Stretches history={cell.history} from={from} to={to} width={width} label={openings(cell.openings)} />
    </span>
  );
}

/** Closed: one row, which opens to the same detail. */
export function ClosedRow(props: CellProps) {
  const { cell, at, from, timeline } = props;
  const [opened, toggle] = useOpened(cell.key);
  const words = lineWords(cell);
  const { p95 } = useMemo(
    () => durations(timeline, cell.service, cell.peer, at - RECENT_SECONDS * 1000, at),
    [timeline, cell.service, cell.peer, at],
  );
  return (
    <div>
      <button
        type="button"
        className={styles.line}
        data-quiet={cell.phase === 'closed' ? undefined : ''}
        aria-expanded={opened}
        onClick={toggle}
      >
        <BreakerGlyph state={cell.state} quiet={cell.phase !== 'closed'} />
        <span className="clip" style={{ fontWeight: 500 }}>
          {title(cell)}
        </span>
        <span data-wide>
          <SparkBars bars={sparks(cell, at)} width={110} height={14} label="Last 24 s" />
        </span>
        <span className={words.tone}>{words.text}</span>
        <span data-wide className="right ink2" title="95 % of calls of the last minute are faster">
          {p95 === null ? '' : `p95 ${durationText(p95)}`}
        </span>
        <span data-wide className="right ink3">
          {cell.openings > 0 ? `opened ${cell.openings} ×` : 'closed'}
        </span>
        <RowHistory cell={cell} from={from} to={at} />
        <ChevronIcon turned={opened} />
      </button>
      {opened ? (
        <section className={styles.detail} aria-label={title(cell)}>
          <h2 className="visually-hidden">{title(cell)}</h2>
          <Detail {...props} />
        </section>
      ) : null}
    </div>
  );
}
