import type { Diagnosis } from '../../contract/index.ts';
import { command, DASHBOARD_OPTIONS } from '../command.ts';
import { dashboardOf } from '../dashboard.ts';
import { columns } from '../table.ts';

export const diagnoseCommand = command({
  name: 'diagnose',
  about: 'what is probably wrong with a service, and where to look',
  arguments: [{ name: 'service' }],
  options: DASHBOARD_OPTIONS,
  more: 'Exits with 1 when something is out of its usual.',
  act: async ({ args, values }, { terminal, env, json }) => {
    const found = await dashboardOf(values, env).diagnose(args[0] ?? '');
    if (json) terminal.out(JSON.stringify(found));
    else for (const line of lines(found)) terminal.out(line);
    return found.suspicions.length === 0 ? 0 : 1;
  },
});

function lines({ summary, suspicions, blind }: Diagnosis): string[] {
  const rows = suspicions.map(({ likely, says, evidence }) => [
    `${Math.round(likely * 100)} %`.padStart(5),
    `${says}  (${evidence.map(({ href }) => href).join(' ')})`,
  ]);
  return [summary, ...columns(rows), ...blind.map((what) => `not looked at: ${what}`)];
}
