import { emptyTimeline, type Timeline } from '@stormglass/agents/contract';
import { expect, it } from 'vitest';
import { queueSample, trafficCell } from '../../../live/testing/telemetry.ts';
import { mapFigures } from './graph.ts';
import { nodeState } from './node-state.ts';
import { mapStructure } from './structure.ts';

const S = 1_800_000_000;
const AT = S * 1000 + 999;

function stateOf(id: string, part: Partial<Timeline>): string | undefined {
  const timeline = { ...emptyTimeline(), ...part };
  const structure = mapStructure(timeline, AT, []);
  const node = structure.nodes.find((n) => n.id === id);
  const figures = mapFigures(structure, timeline, AT).nodes.get(id);
  return node && figures && nodeState(node, figures);
}

it('changes with what its calls come to, and not with a single one of many', () => {
  const orders = (errors: number) =>
    stateOf('orders', { traffic: [trafficCell({ second: S, calls: 100, errors })] });
  expect([0, 1, 50].map(orders)).toEqual(['ok', 'ok', 'failing']);
  expect(stateOf('orders', { traffic: [trafficCell({ second: S, durations: [[300, 10]] })] })).toBe(
    'degraded',
  );
});

it('is unknown without calls, never good', () => {
  expect(stateOf('orders', { traffic: [trafficCell({ second: S - 100 })] })).toBe('unknown');
});

it('of a queue changes when a message has died', () => {
  const queue = (dead: number) =>
    stateOf('queue:notifications', { queues: [queueSample(AT - 500, { dead })] });
  expect([queue(0), queue(1)]).toEqual(['ok', 'failing']);
});
