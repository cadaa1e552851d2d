'use client';
import type { Answer } from '../../live/answers.ts';
import { setUrlState, useUrlState } from '../../live/url-state.ts';
import { useInstant } from '../../live/use-window.ts';
import { clock } from '../../ui/format.ts';
import { QueryState } from '../../ui/query-state.tsx';
import styles from './past.module.css';
import { type Card, cardsAt, type Stop, stopAt, stopsOf } from './past-model.ts';
import { usePast } from './queries.ts';

function PastCard({ card }: { card: Card }) {
  return (
    <section className={styles.card} aria-label={`${card.what} as it was`}>
      <h3>
        {card.what}
        <span className="ink3">
          {card.version === 0
            ? ' not there yet'
            : ` version ${card.version} of ${card.versions}, by ${card.event}`}
        </span>
      </h3>
      {card.fields.length === 0 ? null : (
        <dl>
          {card.fields.map(({ name, value, changed }) => (
            <div key={name} data-changed={changed ? '' : undefined}>
              <dt>{name}</dt>
              <dd>
                {value}
                {changed ? <span className="visually-hidden"> changed by this event</span> : null}
              </dd>
            </div>
          ))}
        </dl>
      )}
    </section>
  );
}

function Slider({ stops, index }: { stops: readonly Stop[]; index: number }) {
  const stop = stops[index];
  const words = stop ? `${stop.event} at ${clock(stop.at, 3)}` : '';
  return (
    <label className={styles.slider}>
      <span className="ink2">
        After event {index + 1} of {stops.length}: <b className="ink1">{words}</b>
      </span>
      <input
        type="range"
        aria-label="Event of the order or payment"
        min={1}
        max={stops.length}
        step={1}
        value={index + 1}
        aria-valuetext={words}
        onChange={(e) => setUrlState({ event: e.target.value })}
      />
    </label>
  );
}

function Slid({ past }: { past: Answer<'orderPast'> }) {
  const { at } = useInstant();
  const [asked] = useUrlState<string>('event', '');
  const stops = stopsOf(past.pasts);
  if (stops.length === 0) {
    return (
      <p className="cap ink2">
        No connected service tells what became of this order. Those that keep events offer the control{' '}
        <code>history.read</code>.
      </p>
    );
  }
  const last = stops.length - 1;
  const chosen = Number(asked);
  // Without a choice: what it was at the instant to which the page is rewound, or is now.
  const index =
    Number.isInteger(chosen) && chosen >= 1
      ? Math.min(last, chosen - 1)
      : at === null
        ? last
        : stopAt(stops, at);
  return (
    <>
      <Slider stops={stops} index={index} />
      <div className={styles.cards}>
        {cardsAt(past.pasts, stops, index).map((card) => (
          <PastCard key={`${card.what} ${card.id}`} card={card} />
        ))}
      </div>
    </>
  );
}

/** The order and its payment as their events tell them, at each of these events. */
export function PastSlider({ orderId, ended }: { orderId: string; ended: boolean }) {
  const query = usePast(orderId, ended);
  return (
    <section className={styles.past} aria-label="Order and payment over time">
      <h2>
        Order and payment over time <span className="cap ink3">folded from their own events</span>
      </h2>
      <QueryState query={query} rows={4}>
        {(past) => (
          <>
            {past.missed.map(({ service, message }) => (
              <p key={service} className="cap degraded" role="status">
                {service} did not tell: {message}
              </p>
            ))}
            <Slid past={past} />
          </>
        )}
      </QueryState>
    </section>
  );
}
