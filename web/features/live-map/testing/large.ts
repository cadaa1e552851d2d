import { emptyTimeline, type Timeline } from '@stormglass/agents/contract';
import { queueSample, trafficCell } from '../../../live/testing/telemetry.ts';

const TEAMS = ['basket', 'billing', 'catalog', 'customer', 'delivery', 'media', 'pricing', 'search', 'stock'];
const QUEUES = 12;
const OUTSIDE = 4;

function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) % 2 ** 32;
    return state / 2 ** 32;
  };
}

/** Nine teams and some services of nobody, `edge` first; names are as long as real ones. */
function servicesOf(count: number): string[] {
  return Array.from({ length: count }, (_, i) => {
    if (i === 0) return 'edge';
    // Every tenth belongs to no team.
    return i % 10 === 0
      ? `standalone${i}`
      : `${TEAMS[i % TEAMS.length]}-${i % 3 === 0 ? 'projector' : 'api'}-${i}`;
  });
}

/**
 * A system of so many services with so many calls between them, twelve queues and four outside parties: each call
 * once, in the second that ends at `at`, epoch ms. The same for the same numbers.
 */
export function largeTimeline(at: number, services: number, edges: number): Timeline {
  const second = Math.floor(at / 1000);
  const random = seeded(services + edges);
  const names = servicesOf(services);
  const pick = (from: number, to: number): string =>
    names[from + Math.floor(random() * (to - from))] ?? 'edge';
  const calls = new Map<string, { service: string; peer: string }>();
  const add = (service: string, peer: string) => {
    if (service !== peer) calls.set(`${service}>${peer}`, { service, peer });
  };
  // Six tiers: most calls go to the next two, some come back. Everybody is called by somebody.
  const size = Math.ceil((names.length - 1) / 5);
  const tierOf = (i: number): number => (i === 0 ? 0 : 1 + Math.floor((i - 1) / size));
  const within = (tier: number): [number, number] =>
    tier <= 0 ? [0, 1] : [1 + (tier - 1) * size, Math.min(names.length, 1 + tier * size)];
  for (let i = 1; i < names.length; i += 1) add(pick(...within(tierOf(i) - 1)), names[i] ?? '');
  for (let i = 0; i < OUTSIDE; i += 1) add(pick(...within(5)), `outside-${i}`);
  while (calls.size < edges) {
    const i = Math.floor(random() * names.length);
    const tier = Math.min(5, tierOf(i) + (random() < 0.7 ? 1 : 2));
    if (random() < 0.97) add(names[i] ?? '', pick(...within(tier)));
    else add(pick(...within(tier)), names[i] ?? '');
  }
  const queues = Array.from({ length: QUEUES }, (_, i) => ({
    queue: `events${i}`,
    from: pick(0, names.length),
    to: pick(0, names.length),
  }));
  return {
    ...emptyTimeline(),
    traffic: [
      ...names.map((service) => trafficCell({ second, service })),
      ...[...calls.values()].map((call) => trafficCell({ second, kind: 'client', operation: '', ...call })),
      ...queues.flatMap(({ queue, from, to }) => [
        trafficCell({ second, kind: 'producer', service: from, peer: queue, operation: '' }),
        trafficCell({ second, kind: 'consumer', service: to, peer: queue, operation: '' }),
      ]),
    ],
    queues: queues.map(({ queue }) => queueSample(at - 500, { queue })),
  };
}
