import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { edit } from './edit.ts';

const TEXT = `# What happens when payments is slow
title: Payment latency # short
description: >-
  Charges slow down beyond the limit.
tags: [latency, payments]
sli: &journey
  service: gateway
  metric: good_rate # answers in time
steady-state-hypothesis:
  title: Orders are answered
  probes:
    - type: probe
      name: answered
      provider: { type: sli, query: *journey }
      tolerance: { type: range, range: [0.8, 1] }
method:
  # First it hurts
  - type: action
    name: slow charges
    provider:
      type: fault
      spec:
        action: { type: latency, ms: 3500 }
        target: { kind: service, service: payments }
  # then it is looked at
  - type: probe
    name: the breaker opens
    provider: { type: breaker, service: orders, peer: payments, state: open }
guards: []
`;

/** Lines of `after` that are not in `before`. */
const added = (after: string, before = TEXT) =>
  after.split('\n').filter((line) => !before.split('\n').includes(line));
const lost = (after: string) => added(TEXT, after);

describe('an edit of the form in the text', () => {
  it('changes one value and nothing else', () => {
    const path = ['method', 0, 'provider', 'spec', 'action', 'ms'];
    const after = edit(TEXT, { do: 'set', path, value: 1200 });
    expect(after).toBe(TEXT.replace('3500', '1200'));
    expect(edit(TEXT, { do: 'set', path: ['title'], value: 'Slow: payments' })).toBe(
      TEXT.replace('Payment latency', '"Slow: payments"'),
    );
  });

  it('folds a long text over several lines', () => {
    const value = 'Charges take longer than anybody waits. '.repeat(6).trim();
    const after = edit(TEXT, { do: 'set', path: ['description'], value });
    expect(parse(after).description).toBe(value);
    expect(Math.max(...after.split('\n').map((line) => line.length))).toBeLessThanOrEqual(110);
    expect(lost(after)).toEqual(['  Charges slow down beyond the limit.']);
  });

  it('adds a field where its neighbours stand, in lines and in brackets', () => {
    const lines = edit(TEXT, {
      do: 'set',
      path: ['method', 0, 'provider', 'spec', 'durationMs'],
      value: 5000,
    });
    expect(added(lines)).toEqual(['        durationMs: 5000']);
    expect(lost(lines)).toEqual([]);
    const brackets = edit(TEXT, { do: 'set', path: ['method', 1, 'provider', 'within'], value: 20 });
    expect(added(brackets)).toEqual([
      '    provider: { type: breaker, service: orders, peer: payments, state: open, within: 20 }',
    ]);
    const top = edit(TEXT, { do: 'set', path: ['budget'], value: { recover: 60 } });
    expect(added(top)).toEqual(['budget:', '  recover: 60']);
    expect(lost(top)).toEqual([]);
  });

  it('removes a field or an item with its lines, and leaves comments', () => {
    expect(lost(edit(TEXT, { do: 'remove', path: ['tags'] }))).toEqual(['tags: [latency, payments]']);
    const after = edit(TEXT, { do: 'remove', path: ['method', 1] });
    expect(parse(after).method).toHaveLength(1);
    expect(added(after)).toEqual([]);
    expect(after).toContain('# then it is looked at');
    const first = edit(TEXT, { do: 'remove', path: ['method', 1, 'type'] });
    expect(parse(first).method[1]).toEqual({ name: 'the breaker opens', provider: expect.anything() });
  });

  it('appends items and moves one up', () => {
    const guard = { name: 'enough', watch: { type: 'stuck_sagas' } };
    const guarded = edit(TEXT, { do: 'append', path: ['guards'], value: guard });
    expect(parse(guarded).guards).toEqual([guard]);
    expect(lost(guarded)).toEqual(['guards: []']);
    const tagged = edit(TEXT, { do: 'append', path: ['tags'], value: 'new' });
    expect(added(tagged)).toEqual(['tags: [latency, payments, new]']);
    const probe = { type: 'probe', name: 'third', provider: { type: 'invariant' } };
    const longer = edit(TEXT, { do: 'append', path: ['method'], value: probe });
    expect(parse(longer).method[2]).toEqual(probe);
    expect(lost(longer)).toEqual([]);
    const raised = edit(TEXT, { do: 'raise', path: ['method', 1] });
    expect(parse(raised).method.map(({ name }: { name: string }) => name)).toEqual([
      'the breaker opens',
      'slow charges',
    ]);
    expect([added(raised), lost(raised)]).toEqual([[], []]);
  });

  it('makes an alias a value of its own before it changes it', () => {
    const path = ['steady-state-hypothesis', 'probes', 0, 'provider', 'query', 'window'];
    const after = edit(TEXT, { do: 'set', path, value: 5 });
    const { sli, 'steady-state-hypothesis': steady } = parse(after);
    expect(sli).toEqual({ service: 'gateway', metric: 'good_rate' });
    expect(steady.probes[0].provider.query).toEqual({ service: 'gateway', metric: 'good_rate', window: 5 });
    expect(after).toContain('metric: good_rate # answers in time');
  });

  it('does what was asked for whatever the document looks like', () => {
    for (const text of [
      '{title: a, method: [{type: probe, name: x}]}',
      '"title": a\nmethod:\n- type: probe\n  name: x\n',
    ]) {
      expect(parse(edit(text, { do: 'set', path: ['title'], value: 'b' })).title).toBe('b');
      const item = { type: 'action', name: 'y' };
      const grown = edit(text, { do: 'append', path: ['method'], value: item });
      expect(parse(grown).method).toEqual([{ type: 'probe', name: 'x' }, item]);
      expect(parse(edit(grown, { do: 'raise', path: ['method', 1] })).method[0]).toEqual(item);
      expect(parse(edit(text, { do: 'remove', path: ['method', 0] })).method).toEqual([]);
      expect(parse(edit(text, { do: 'set', path: ['budget', 'recover'], value: 9 })).budget).toEqual({
        recover: 9,
      });
    }
    expect(edit('title: [', { do: 'set', path: ['title'], value: 'b' })).toBe('title: [');
  });
});
