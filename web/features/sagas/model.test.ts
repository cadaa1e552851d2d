import type { SagaDetail, SagaEvent } from '@stormglass/agents/contract';
import { describe, expect, it } from 'vitest';
import { sagaEvent } from '../../live/testing/telemetry.ts';
import { cancellable, moneyText, sagaView } from './model.ts';
import { sagaRoad } from './road.ts';

const WIDTH = 948;

const ID = 'sg_1';
const STEPS = ['reserve', 'charge', 'ship', 'confirm', 'notify'] as const;

/** Writes a journal the way the orchestrator does; the clock moves 10 ms a row. */
class Journal {
  at = 1_000;
  epoch = 1;
  rows: SagaEvent[] = [];

  write(event: string, more: Partial<SagaEvent> = {}): this {
    this.at += 10;
    const owner = `orders-1 w${this.epoch}`;
    this.rows.push(
      sagaEvent(this.at, event, { sagaId: ID, epoch: this.epoch, owner, traceId: 't', ...more }),
    );
    return this;
  }
  step(step: string, event: string, attempt = 1, detail = ''): this {
    const key = `${ID}:${step}:action`;
    return this.write('step_intent', { step, kind: 'action', attempt, key }).write(event, {
      step,
      kind: 'action',
      attempt,
      key,
      detail,
    });
  }
  undo(step: string, attempt = 1): this {
    const key = `${ID}:${step}:compensate`;
    return this.write('compensation_started', { step, kind: 'compensate', attempt, key }).write(
      'compensated',
      { step, kind: 'compensate', attempt, key },
    );
  }
  detail(status: string, ended = true): SagaDetail {
    return {
      sagaId: ID,
      type: 'create-order',
      mode: 'orchestrated',
      orderId: 'ord_1',
      traceId: 't',
      startedAt: 1_000,
      endedAt: ended ? this.at : null,
      status,
      lastStep: '',
      events: this.rows.length,
      amount: 84.9,
      journal: this.rows,
    };
  }
}

describe('a saga that goes well', () => {
  const journal = new Journal().write('started');
  for (const step of STEPS) journal.step(step, 'step_completed');
  const view = sagaView(journal.write('completed', { outcome: 'confirmed' }).detail('confirmed'));

  it('has each step done, none undone, and never turns', () => {
    expect(view.steps.map((s) => s.state)).toEqual(['ok', 'ok', 'ok', 'ok', 'ok']);
    expect(view.turnedAt).toBeNull();
    expect(sagaRoad(view, WIDTH).nodes.filter((n) => n.line === 'undo')).toEqual([]);
  });

  it('marks the pivot', () => {
    expect(view.steps.filter((s) => s.pivot).map((s) => s.step)).toEqual(['ship']);
  });
});

describe.each(['reserve', 'charge', 'ship'] as const)('a saga that fails at %s', (bad) => {
  const journal = new Journal().write('started');
  const done = STEPS.slice(0, STEPS.indexOf(bad));
  for (const step of done) journal.step(step, 'step_completed');
  journal.step(bad, 'step_failed', 1, 'card refused');
  for (const step of [...done].reverse()) journal.undo(step);
  const view = sagaView(journal.write('completed', { outcome: 'compensated' }).detail('compensated'));
  const road = sagaRoad(view, WIDTH);

  it('undoes the steps before it in reverse', () => {
    expect(view.steps.filter((s) => s.undo).map((s) => [s.step, s.undo?.order, s.undo?.state])).toEqual(
      done.map((step, i) => [step, done.length - i, 'ok']),
    );
  });

  it('draws each compensation under the step it undoes, and what never started as never', () => {
    for (const step of done) {
      const forward = road.nodes.find((n) => n.id === `${step}:0`);
      expect(road.nodes.find((n) => n.id === `undo:${step}`)?.x).toBe(forward?.x);
    }
    expect(road.nodes.filter((n) => n.glyph === 'never')).toHaveLength(STEPS.length - done.length - 1);
    expect(road.nodes.every((n) => n.x > 0 && n.x < WIDTH)).toBe(true);
  });
});

describe('a saga with ambiguous calls', () => {
  const journal = new Journal().write('started').step('reserve', 'step_completed');
  journal
    .step('charge', 'step_ambiguous', 1, 'timeout, money may have moved')
    .step('charge', 'step_ambiguous', 2, 'timeout');
  journal.step('charge', 'step_failed', 3, 'breaker open; not sent');
  journal.at += 15_960;
  journal.epoch = 2;
  journal.undo('charge').undo('reserve');
  const view = sagaView(journal.write('completed', { outcome: 'compensated' }).detail('compensated'));

  it('shows each attempt with its outcome and counts them', () => {
    expect(view.steps[1]?.attempts.map((a) => a.outcome)).toEqual(['ambiguous', 'ambiguous', 'not_sent']);
    expect([view.sent, view.ambiguous, view.notSent]).toEqual([5, 2, 1]);
  });

  it('undoes the ambiguous step too', () => {
    expect(view.steps[1]?.undo).toMatchObject({ state: 'ok', order: 1 });
  });

  it('has one lease an epoch with the time it was parked between', () => {
    expect(view.leases.map((l) => [l.epoch, l.parkedMs])).toEqual([
      [1, 0],
      [2, 15_970],
    ]);
    expect(view.idleMs).toBe(15_970);
  });

  it('does not call it parked while a call is slow', () => {
    const slow = new Journal().write('started').write('step_intent', { step: 'reserve', kind: 'action' });
    slow.at += 5_000;
    slow.write('step_completed', { step: 'reserve', kind: 'action' });
    expect(sagaView(slow.detail('running', false)).idleMs).toBe(0);
  });

  it('shortens keys by the saga id and names each row', () => {
    expect(view.rows.map((r) => r.what)).toContain('NOT SENT');
    expect(view.rows[1]?.key).toBe(':reserve:action');
  });

  it('brackets the attempts and folds nothing that was quick', () => {
    const road = sagaRoad(view, WIDTH);
    expect(road.brackets[0]?.label).toBe('charge, 3 attempts, one key');
    expect(road.waits).toEqual([]);
  });
});

describe('a notice sent after the way back', () => {
  const journal = new Journal().write('started').step('reserve', 'step_completed');
  journal.step('charge', 'step_failed').undo('reserve');
  const view = sagaView(journal.step('notify', 'step_completed').detail('compensated'));

  it('stands at the end of the way back, not before the turn', () => {
    const road = sagaRoad(view, WIDTH);
    expect(road.nodes.find((n) => n.id === 'late:notify')).toMatchObject({ line: 'undo', glyph: 'ok' });
    expect(road.nodes.filter((n) => n.line === 'forward' && n.title === 'notify')).toEqual([]);
  });
});

describe('money', () => {
  it('is written in major units, and not at all when it is unknown', () => {
    expect([moneyText(8490), moneyText(null)]).toEqual(['84.90', '']);
  });
});

describe('a saga that still runs', () => {
  it('shows the open attempt as running', () => {
    const journal = new Journal()
      .write('started')
      .write('step_intent', { step: 'reserve', kind: 'action', attempt: 1 });
    expect(sagaView(journal.detail('running', false)).steps[0]?.state).toBe('running');
  });
});

describe('a saga of an unknown type', () => {
  it('is drawn with the steps it showed', () => {
    const journal = new Journal().write('started').step('pack', 'step_completed');
    const view = sagaView({ ...journal.detail('running', false), type: 'return' });
    expect(view.steps.map((s) => [s.step, s.pivot])).toEqual([['pack', false]]);
  });
});

describe('a saga with a step that does not get through', () => {
  const stuckJournal = () => {
    const journal = new Journal().write('started').step('reserve', 'step_completed');
    journal.step('charge', 'step_failed', 1, 'card refused');
    for (const attempt of [1, 2, 3]) {
      journal.write('compensation_started', { step: 'reserve', kind: 'compensate', attempt });
      journal.write('step_ambiguous', { step: 'reserve', kind: 'compensate', attempt, detail: 'no answer' });
    }
    return journal.write('stuck', { step: 'reserve', kind: 'compensate', detail: 'trying on' });
  };

  it('waits for a person, however often it is tried meanwhile', () => {
    const journal = stuckJournal();
    journal.write('compensation_started', { step: 'reserve', kind: 'compensate', attempt: 4 });
    const { stuck } = sagaView(journal.detail('stuck', false));
    expect(stuck).toMatchObject({ step: 'reserve', undoing: true, attempts: 4, failure: 'no answer' });
  });

  it.each(['retried', 'skipped', 'resolved', 'compensated'])('waits no longer once it is %s', (event) => {
    const journal = stuckJournal().write(event, { step: 'reserve', kind: 'compensate', detail: 'ada: why' });
    expect(sagaView(journal.detail('compensating', false)).stuck).toBeNull();
  });

  it('shows who decided where the last attempt failed', () => {
    const journal = stuckJournal().write('resolved', {
      step: 'reserve',
      kind: 'compensate',
      detail: 'ada: by hand',
    });
    const undo = sagaView(journal.detail('compensating', false)).steps[0]?.undo;
    expect(undo).toMatchObject({ state: 'ok' });
    expect(undo?.attempts.at(-1)?.detail).toContain('ada: by hand');
  });
});

describe('what can be taken back', () => {
  it.each([
    ['create-order', 'running', true],
    ['create-order', 'confirmed', true],
    ['create-order', 'rejected', false],
    ['create-order', 'compensated', false],
    ['return-order', 'running', false],
    ['return-order', 'returned', false],
  ])('%s that is %s: %s', (type, status, expected) => {
    expect(cancellable(type, status)).toBe(expected);
  });
});
