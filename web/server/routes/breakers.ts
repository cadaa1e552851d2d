import type { Answer } from '../../live/answers.ts';
import type { Handlers, Parts } from './handler.ts';
import { param } from './handler.ts';
import { openingInWords } from './opening.ts';

type Row = Answer<'breakers'>['breakers'][number];
type Named = Pick<Row, 'service' | 'instance' | 'name' | 'peer'>;

export function breakerRoutes(p: Parts): Pick<Handlers, 'breakers' | 'forceBreaker'> {
  return {
    breakers: () => ({ breakers: rows(p) }),
    forceBreaker: async (call) => {
      const service = param(call, 'service');
      const input = { name: param(call, 'name'), state: call.input.state, forMs: call.input.forMs };
      const answers = await p.controls.knownOnAll('breaker.force', service, input, call.who);
      return { answers: answers.map(({ instance, result }) => ({ instance, state: result.state })) };
    },
  };
}

function rows(p: Parts): Row[] {
  const byKey = new Map<string, Row>();
  const forceable = new Set(p.controls.offering('breaker.force').map((a) => `${a.service}|${a.instance}`));
  const row = (of: Named): Row => {
    const key = `${of.service}|${of.instance}|${of.name}`;
    const known = byKey.get(key);
    if (known) return known;
    const { service, instance, name, peer } = of;
    const fresh: Row = {
      service,
      instance,
      name,
      peer,
      sample: null,
      lastOpening: null,
      why: '',
      forceable: forceable.has(`${service}|${instance}`),
    };
    byKey.set(key, fresh);
    return fresh;
  };
  for (const sample of p.window.newestBreakers()) row(sample).sample = sample;
  for (const opening of p.window.newestOpenings()) {
    Object.assign(row(opening), { lastOpening: opening, why: openingInWords(opening) });
  }
  return [...byKey.values()].sort((a, b) => `${a.service}|${a.name}`.localeCompare(`${b.service}|${b.name}`));
}
