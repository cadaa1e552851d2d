import { faultProblem } from '@stormglass/agents/contract';
import { describe, expect, it } from 'vitest';
import { SweepRequest } from '../contract/index.ts';
import { type PlanInput, planSweep } from './plan.ts';
import { SimulatedShop } from './simulated-shop.ts';

const observed = new SimulatedShop().observed();
const plan = (request: Partial<SweepRequest> = {}, more: Partial<PlanInput> = {}) =>
  planSweep({ request: SweepRequest.parse(request), observed, known: [], refusal: () => null, ...more });
const ids = (cells: readonly { id: string }[]) => cells.map(({ id }) => id);

describe('the plan of a sweep', () => {
  it('has the faults that apply to each place of the map, and only those', () => {
    const { cells, untested } = plan({ wide: true });
    const all = [...ids(cells), ...ids(untested)];
    expect(new Set(all).size).toBe(all.length);
    expect(all).toContain('orders-to-payments.error.late');
    expect(all).toContain('orders-to-queue-mails.message_drop.before');
    expect(all).toContain('orders-statements.slow_query.before');
    // Payments has no database, a service sends no call late, and nobody on the map is the broker.
    expect(all.filter((id) => id.startsWith('payments-statements'))).toEqual([]);
    expect(all).not.toContain('payments.error.late');
    expect(all.filter((id) => id.includes('broker_outage'))).toEqual([]);
    for (const { faults } of cells) for (const spec of faults) expect(faultProblem(spec)).toBeNull();
  });

  it('hurts half of the traces, or says why a cell is left alone', () => {
    const { cells, untested } = plan();
    for (const { faults, control } of cells) {
      expect(control).toBe('half');
      expect(faults[0]?.selector.variant).toMatchObject({ percentage: 50 });
    }
    const reasonOf = (id: string) => untested.find((cell) => cell.id === id)?.reason;
    expect(reasonOf('orders-process.process_kill.before')).toBe('hurts_all');
    expect(reasonOf('orders.corrupt.after')).toBe('wants_value');
    const wide = plan({ wide: true }).cells.find(({ id }) => id === 'orders-process.process_kill.before');
    expect(wide).toMatchObject({ control: 'before' });
    expect(wide?.faults[0]?.selector.variant).toBeUndefined();
  });

  it('lists what may not be hurt with the reason, and leaves out what nobody can inject', () => {
    const { cells, untested } = plan(
      {},
      {
        refusal: ({ target, action }) => {
          if (action.type === 'hang') return 'unsupported';
          const guarded = target.kind === 'service' && target.service === 'payments';
          return guarded ? { reason: 'protected', why: 'payments is protected' } : null;
        },
      },
    );
    expect(ids(cells).filter((id) => id.startsWith('payments.'))).toEqual([]);
    expect(untested.find(({ id }) => id === 'payments.error.before')).toMatchObject({ reason: 'protected' });
    expect([...ids(cells), ...ids(untested)].filter((id) => id.includes('.hang.'))).toEqual([]);
  });

  it('leaves alone what too few journeys pass', () => {
    const { cells, untested } = plan({}, { observed: { ...observed, from: observed.to - 86_400_000 } });
    expect(cells).toEqual([]);
    const one = untested.find(({ id }) => id === 'orders.error.before');
    expect(one).toMatchObject({ reason: 'no_traffic', why: expect.stringContaining('journeys a minute') });
  });

  it('is the same for the same seed, and in another order for another one where nothing decides', () => {
    expect(plan({ seed: 5 })).toEqual(plan({ seed: 5 }));
    expect(ids(plan({ seed: 6 }).cells)).not.toEqual(ids(plan({ seed: 5 }).cells));
    expect(ids(plan({ seed: 6 }).cells).sort()).toEqual(ids(plan({ seed: 5 }).cells).sort());
  });

  it('begins with what tells most: not with what is known, and not the same fault everywhere', () => {
    const known = plan().cells.flatMap(({ id, row, column }) =>
      column === 'error@before' ? [{ cellId: id, row, column, verdict: 'breaks' as const }] : [],
    );
    const order = plan({}, { known }).cells;
    expect(order.slice(0, 10).map(({ column }) => column)).not.toContain('error@before');
    expect(new Set(order.slice(0, 10).map(({ column }) => column)).size).toBeGreaterThan(5);
    // More journeys pass payments than catalog passes services: the longer path goes first.
    const at = (id: string) => order.findIndex((cell) => cell.id === id);
    expect(at('orders.latency.before')).toBeLessThan(at('catalog.latency.before'));
  });

  it('takes only what is asked for, by a part of the name, the type or the very name', () => {
    expect(ids(plan({ only: ['to-payments.error'] }).cells).sort()).toEqual([
      'orders-to-payments.error.after',
      'orders-to-payments.error.before',
      'orders-to-payments.error.late',
    ]);
    expect(new Set(plan({ types: ['hang'] }).cells.map(({ column }) => column.split('@')[0]))).toEqual(
      new Set(['hang']),
    );
    const two = ['orders.error.before', 'catalog.error.before'];
    expect(ids(plan({ exactly: two }).cells).sort()).toEqual(two.toSorted());
    const [together, ...others] = plan({ exactly: two, together: true }).cells;
    expect(others).toEqual([]);
    expect(together?.faults).toHaveLength(2);
    expect(new Set(together?.faults.map(({ selector }) => selector.variant?.salt)).size).toBe(1);
  });

  it('says how many fit into the minutes', () => {
    expect(plan({ minutes: 1, cellSeconds: 20, settleSeconds: 10, parallel: 1 }).fitting).toBe(2);
    expect(plan({ minutes: 0.5, cellSeconds: 60 }).fitting).toBe(0);
  });
});
