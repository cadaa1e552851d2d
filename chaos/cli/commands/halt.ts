import type { HaltState } from '../api.ts';
import { command, DASHBOARD_OPTIONS } from '../command.ts';
import { dashboardOf } from '../dashboard.ts';
import { usage } from '../exit-codes.ts';

export const halt = command({
  name: 'halt',
  about: 'stop all chaos and refuse new faults until released',
  arguments: [],
  options: {
    reason: { type: 'string', value: 'WORDS', about: 'those whose run it stops will read it' },
    ...DASHBOARD_OPTIONS,
  },
  act: async ({ values }, { terminal, env, json }) => {
    const { reason } = values;
    if (reason === undefined || reason === '') {
      throw usage('halt wants --reason: those whose run it stops will read it', 'halt');
    }
    const state = await dashboardOf(values, env).halt(reason);
    terminal.out(json ? JSON.stringify(state) : words(state));
    return 0;
  },
});

export const haltRelease = command({
  name: 'halt release',
  about: 'allow chaos again',
  arguments: [],
  options: DASHBOARD_OPTIONS,
  act: async ({ values }, { terminal, env, json }) => {
    const state = await dashboardOf(values, env).unhalt();
    terminal.out(json ? JSON.stringify(state) : 'chaos is allowed again');
    return 0;
  },
});

function words({ lastEffectGoneMs, unconfirmed }: HaltState): string {
  const gone = lastEffectGoneMs === null ? '' : `, last effect gone after ${lastEffectGoneMs} ms`;
  const left =
    unconfirmed === 0
      ? ''
      : `; ${unconfirmed} ends are not confirmed yet, their leases run out by themselves`;
  return `all chaos is stopped${gone}${left}`;
}
