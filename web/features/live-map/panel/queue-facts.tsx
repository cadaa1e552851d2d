import type { QueueView } from '../../../live/figures.ts';
import { count, countdown, durationText, rateText } from '../../../ui/format.ts';
import { KeyValue } from '../../../ui/key-value.tsx';

/** A queue's numbers as of the instant shown. */
export function QueueFacts({ queue }: { queue: QueueView | null }) {
  if (!queue)
    return (
      <p className="cap ink3" style={{ padding: '8px 16px' }}>
        Its depth is not measured.
      </p>
    );
  return (
    <div style={{ padding: '8px 16px' }}>
      <KeyValue
        rows={[
          ...(queue.paused
            ? [
                [
                  'State',
                  <b key="v" className="degraded">
                    paused
                  </b>,
                ] as const,
              ]
            : []),
          ['Ready', <b key="v">{count(queue.ready)}</b>],
          ['Delayed, in flight', `${count(queue.delayed)}, ${count(queue.inFlight)}`],
          ['In', rateText(queue.inRate)],
          ['Out', rateText(queue.outRate)],
          ['Oldest', durationText(queue.oldestAgeMs)],
          ['Empty in', queue.drainSeconds === null ? 'not draining' : countdown(queue.drainSeconds * 1000)],
          [
            'Dead letters',
            <b key="v" className={queue.dead > 0 ? 'failing' : ''}>
              {count(queue.dead)}
            </b>,
          ],
          ['Consumers', count(queue.consumers)],
        ]}
      />
    </div>
  );
}
