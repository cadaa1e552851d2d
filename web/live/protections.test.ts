import type { ProtectionState } from '@stormglass/agents/contract';
import { describe, expect, it } from 'vitest';
import { serviceProtections } from './protections.ts';
import type { AgentView } from './protocol.ts';

const inbox = (change: Partial<ProtectionState> = {}): ProtectionState => ({
  name: 'inbox',
  about: 'a message delivered twice is handled once',
  on: true,
  until: null,
  ...change,
});
function agent(instance: string, protections: ProtectionState[], connected = true): AgentView {
  return {
    agentId: instance,
    kind: 'node',
    service: 'shipping',
    instance,
    version: '1',
    pid: 1,
    startedAt: 0,
    chaosAllowed: true,
    capabilities: [],
    reach: [],
    leases: [],
    controls: [],
    protections,
    dropped: {},
    connected,
    lastSeenAt: 0,
  };
}

describe('a protection of a service', () => {
  it('is on when it is on at all instances', () => {
    expect(serviceProtections([agent('a', [inbox()]), agent('b', [inbox()])])).toMatchObject([
      { service: 'shipping', name: 'inbox', on: true, offOn: [], until: null },
    ]);
  });

  it('is off when it is off at one, and names it', () => {
    const agents = [agent('a', [inbox()]), agent('b', [inbox({ on: false, until: 5 })])];
    expect(serviceProtections(agents)).toMatchObject([{ on: false, offOn: ['b'], until: 5 }]);
  });

  it('is back when the last instance has it back, which is unknown while one waits for somebody', () => {
    const off = (...untils: (number | null)[]) =>
      serviceProtections(untils.map((until, i) => agent(`${i}`, [inbox({ on: false, until })])))[0]?.until;
    expect(off(5, 9, 7)).toBe(9);
    expect(off(5, null, 7)).toBe(null);
    expect(off(null, 5)).toBe(null);
  });

  it('of an agent that is lost is not known', () => {
    expect(serviceProtections([agent('a', [inbox({ on: false })], false)])).toEqual([]);
  });
});
