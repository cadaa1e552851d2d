import { StormglassError } from '@stormglass/agents/contract';
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
      const agents = p.controls.offering('breaker.force', service);
      const tried = await Promise.allSettled(
        agents.map(async (agent) => {
          const result = await p.controls.knownOn(agent, 'breaker.force', input, call.who);
          return { instance: agent.instance, state: result.state };
        }),
      );
      const answers = tried.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
      if (answers.length > 0) return { answers };
      const failed = tried.find((one) => one.status === 'rejected');
      if (failed) throw failed.reason;
      throw new StormglassError(
        'target_absent',
        `no connected instance of ${service} can force breakers`,
        'Check that the service runs with the agent.',
      );
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
