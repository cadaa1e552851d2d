'use client';
import type { FaultInterval } from '@stormglass/agents/contract';
import { actionWords as faultActionWords } from '../../live/fault-words.ts';
import { armedAt } from '../../live/figures.ts';
import { Button } from '../../ui/button.tsx';
import { AskButton } from '../../ui/confirming.tsx';
import { ErrorNote } from '../../ui/error-note.tsx';
import { count, durationText, rateText } from '../../ui/format.ts';
import { CrystalGlyph } from '../../ui/glyphs/crystal.tsx';
import { TankGlyph } from '../../ui/glyphs/tank.tsx';
import { Tag } from '../../ui/tag.tsx';
import type { QueueCard } from './model.ts';
import { useQueueAction } from './queries.ts';
import { QueueCharts } from './queue-charts.tsx';
import type { ChartName } from './queue-series.ts';
import styles from './queues.module.css';
import { Scale } from './scale.tsx';
import { actionWords, drainWords, pauseWords, troubleTag } from './words.ts';

function Facts({ card }: { card: QueueCard }) {
  const { sample } = card;
  const rows: [name: string, value: string, tone: string | undefined][] = [
    ['In', `↓ ${rateText(card.inRate)}`, undefined],
    ['Out', `↑ ${rateText(card.outRate)}`, card.trouble === 'stuck' ? 'open' : undefined],
    ['Oldest', durationText(sample.oldestAgeMs), undefined],
    ['Redelivered', count(card.redelivered), undefined],
    ['Consumers', sample.consumers === null ? 'unknown' : count(sample.consumers), undefined],
    ['Delayed', count(sample.delayed), undefined],
    ['In flight', count(sample.inFlight), undefined],
  ];
  return (
    <dl className={styles.facts}>
      {rows.map(([name, value, tone]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd className={tone}>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

interface ActionsProps {
  queue: string;
  /** Null where the broker does not say. */
  paused: boolean | null;
  offered: readonly string[];
}

function Actions({ queue, paused, offered }: ActionsProps) {
  const act = useQueueAction(queue);
  const can = (name: string) => offered.includes(name) || offered.includes(`queue.${name}`);
  const whyNot = (action: 'pause' | 'resume') => {
    if (!can(action)) return 'No connected queue agent offers this.';
    if (paused !== (action === 'pause')) return undefined;
    return paused ? 'It is paused already.' : 'It is not paused.';
  };
  return (
    <>
      <AskButton
        size="sm"
        disabled={!can('pause') || act.isPending || paused === true}
        title={whyNot('pause')}
        onConfirm={() => act.mutate({ action: 'pause' })}
        {...pauseWords(queue)}
      >
        Pause
      </AskButton>
      <Button
        size="sm"
        disabled={!can('resume') || act.isPending || paused === false}
        title={whyNot('resume')}
        onClick={() => act.mutate({ action: 'resume' })}
      >
        Resume
      </Button>
      <Scale queue={queue} can={can('scale')} />
      {act.data ? (
        <span className="cap ink2" role="status">
          {actionWords(act.data.action, act.data.result)}
        </span>
      ) : null}
      {act.error ? <ErrorNote error={act.error} /> : null}
    </>
  );
}

function Foot({
  card,
  offered,
  openDead,
}: {
  card: QueueCard;
  offered: readonly string[];
  openDead: () => void;
}) {
  return (
    <div className={styles.foot}>
      <b className="gap" style={{ minWidth: 120 }}>
        {drainWords(card)}
      </b>
      {card.sample.dead > 0 ? (
        <button type="button" className={styles.dlq} onClick={openDead}>
          DLQ {card.sample.dead}
        </button>
      ) : null}
      <Actions queue={card.queue} paused={card.sample.paused} offered={offered} />
    </div>
  );
}

interface Props {
  card: QueueCard;
  at: number;
  offered: readonly string[];
  /** On its consumers, within the time that is drawn. */
  faults: readonly FaultInterval[];
  /** Which chart stands on a card that is not in trouble; one that is shows all. */
  chart: ChartName;
  openDead: () => void;
}

/** One queue: how full, how old, in and out, and when it is empty. Large when it is in trouble. */
export function QueueCardView({ card, at, offered, faults, chart, openDead }: Props) {
  const tag = troubleTag(card);
  const large = card.trouble === 'stuck' || card.trouble === 'paused' || card.trouble === 'filling';
  return (
    <section className={styles.card} data-large={large ? '' : undefined} aria-label={`Queue ${card.queue}`}>
      <div className={styles.top}>
        <TankGlyph
          width={large ? 84 : 64}
          height={large ? 72 : 46}
          fill={card.depth / card.peak}
          value={count(card.depth)}
          stale={card.trouble === 'unknown'}
          paused={card.trouble === 'paused'}
          label={`${card.depth} messages${card.trouble === 'paused' ? ', paused' : ''}`}
        />
        <div className={styles.name}>
          <div className="row" style={{ flexWrap: 'wrap' }}>
            <h2 style={{ fontSize: large ? 15 : 12 }}>{card.queue}</h2>
            {tag ? <Tag hue={tag.hue}>{tag.text}</Tag> : null}
            {armedAt(faults, at).map((f) => (
              <Tag key={f.faultId} hue="fault">
                <CrystalGlyph r={5} />
                {faultActionWords(f.spec.action)}
              </Tag>
            ))}
          </div>
          <span className="ink3 cap">
            {card.system}, {count(card.sample.ready)} ready
          </span>
        </div>
        <Facts card={card} />
      </div>
      <QueueCharts card={card} at={at} faults={faults} shown={large ? 'all' : chart} />
      <Foot card={card} offered={offered} openDead={openDead} />
    </section>
  );
}
