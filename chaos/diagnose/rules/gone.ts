import type { Rule } from '../evidence.ts';
import { AGENTS } from '../links.ts';

const DOWN = ['exited', 'killed', 'paused'];

/** Its processes ended, are paused, or their agents are away. */
export const gone: Rule = {
  name: 'gone',
  looksAt: 'its processes and whether their agents are connected',
  find: ({ service, at, agents, timeline }) => {
    const newest = new Map(
      timeline.processes.filter((event) => event.service === service).map((event) => [event.instance, event]),
    );
    const down = [...newest.values()].filter(({ state }) => DOWN.includes(state));
    if (down.length > 0) {
      const names = down.map(({ instance, state }) => `${instance} ${state}`).join(', ');
      const all = down.length === newest.size;
      return [{ likely: all ? 0.96 : 0.7, says: `of its processes: ${names}`, evidence: [AGENTS] }];
    }
    const away = agents.filter(({ connected }) => !connected);
    if (away.length === 0) return [];
    const all = away.length === agents.length;
    const since = Math.max(...away.map(({ lastSeenAt }) => lastSeenAt));
    const ago = `${Math.round((at - since) / 1000)} s ago`;
    const says = `${all ? 'no agent' : `${away.length} of ${agents.length} agents`} of it ${all ? 'is connected' : 'are away'}, last seen ${ago}`;
    return [{ likely: all ? 0.88 : 0.4, says, evidence: [AGENTS] }];
  },
};
