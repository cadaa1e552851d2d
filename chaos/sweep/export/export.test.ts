import { parseSync } from 'oxc-parser';
import { describe, expect, it } from 'vitest';
import { SweepRequest } from '../../contract/index.ts';
import { parseExperiment } from '../../engine/index.ts';
import { planSweep } from '../plan.ts';
import { schedule } from '../schedule.ts';
import { SimulatedShop } from '../simulated-shop.ts';
import { asExperiment, asPlaywright } from './index.ts';

const request = SweepRequest.parse({
  types: ['error', 'latency', 'message_drop', 'process_kill'],
  wide: true,
});
const observed = new SimulatedShop().observed();
const { cells } = planSweep({ request, observed, known: [], refusal: () => null });
const shrunk = schedule(cells, cells.slice(0, 3));
const found = '95 % of the journeys failed: "it"\nbroke';

describe('an export', () => {
  it('as an experiment is a file that validates, with the same faults on the same traces', () => {
    const wide = cells.filter(({ control }) => control === 'before');
    for (const cell of [...cells.slice(0, 2), ...wide.slice(0, 1), shrunk]) {
      const spec = parseExperiment(asExperiment({ title: cell.id, cell, request, found }));
      const faults = spec.method.flatMap(({ provider }) =>
        provider.type === 'fault' ? [provider.spec] : [],
      );
      expect(faults).toEqual(cell.faults.map((one) => ({ ...one, durationMs: 30_000 })));
      expect(spec.sli).toMatchObject({ service: 'gateway' });
    }
  });

  it('as a Playwright test hurts no more than the sweep did: its scope goes along', () => {
    const [cell] = planSweep({
      ...{ observed, known: [], refusal: () => null },
      request: { ...request, types: ['error'], scope: 'canary' },
    }).cells;
    if (cell === undefined) throw new Error('the plan is empty');
    const scoped = { ...request, scope: 'canary' };
    const text = asPlaywright({ title: cell.id, cell, request: scoped, found }, [cell.id]);
    expect(text).toContain('"scope": "canary"');
    expect(asPlaywright({ title: cell.id, cell, request, found }, [cell.id])).not.toContain('scope');
  });

  it('as a Playwright test is a program, and asks for what the API takes', () => {
    for (const [cell, ids] of [
      [cells[0], [cells[0]?.id ?? '']],
      [shrunk, cells.slice(0, 3).map(({ id }) => id)],
    ] as const) {
      if (cell === undefined) throw new Error('the plan is empty');
      const text = asPlaywright({ title: cell.id, cell, request, found }, ids);
      expect(parseSync('cell.spec.ts', text).errors).toEqual([]);
      const data = /data: (\{[\s\S]*?\n {4}\}),/.exec(text)?.[1] ?? '';
      expect(SweepRequest.parse(JSON.parse(data))).toMatchObject({ exactly: ids, together: ids.length > 1 });
    }
  });
});
