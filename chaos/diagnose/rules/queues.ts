import type { QueueSample } from '@stormglass/agents/contract';
import { NOW_MS } from '../compare.ts';
import type { Evidence, Rule } from '../evidence.ts';
import { QUEUES } from '../links.ts';

/** The queues it takes from or puts into do not move. */
export const queues: Rule = {
  name: 'queues',
  looksAt: 'the queues it puts into and takes from',
  find: (evidence) => ownQueues(evidence).flatMap((name) => look(evidence, name)),
};

function ownQueues({ timeline, service }: Evidence): string[] {
  return [
    ...new Set(
      timeline.traffic
        .filter((cell) => cell.service === service && (cell.kind === 'producer' || cell.kind === 'consumer'))
        .map(({ peer }) => peer),
    ),
  ];
}

function look({ timeline, at }: Evidence, name: string) {
  const samples = timeline.queues.filter(({ queue }) => queue === name);
  const newest = samples.at(-1);
  const earlier = samples.findLast((sample) => sample.at <= at - NOW_MS) ?? samples[0];
  if (newest === undefined || earlier === undefined) return [];
  const evidence = [QUEUES];
  if (newest.consumers === 0 && newest.ready > 0) {
    return [{ likely: 0.82, says: `nobody takes from ${name}: no consumer, ${newest.ready} wait`, evidence }];
  }
  const grew = newest.ready - earlier.ready;
  if (grew > Math.max(10, earlier.ready)) {
    return [
      {
        likely: 0.58,
        says: `${name} grows: ${earlier.ready} to ${newest.ready} messages${age(newest)}`,
        evidence,
      },
    ];
  }
  const died = newest.dead - earlier.dead;
  if (died > 0) return [{ likely: 0.5, says: `${died} messages of ${name} were given up`, evidence }];
  return [];
}

const age = ({ oldestAgeMs }: QueueSample): string =>
  oldestAgeMs === null ? '' : `, the oldest is ${Math.round(oldestAgeMs / 1000)} s old`;
