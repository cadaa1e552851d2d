import type { Maintenance } from '../../contract/index.ts';
import { command, DASHBOARD_OPTIONS } from '../command.ts';
import { dashboardOf } from '../dashboard.ts';
import { usage } from '../exit-codes.ts';
import { columns } from '../table.ts';
import { durationOf, instantOf } from '../values.ts';

export const maintenanceList = command({
  name: 'maintenance list',
  about: 'times in which no schedule starts anything',
  arguments: [],
  options: DASHBOARD_OPTIONS,
  act: async ({ values }, { terminal, env, json }) => {
    const maintenance = await dashboardOf(values, env).schedules.maintenance();
    if (json) terminal.out(JSON.stringify({ maintenance }));
    else if (maintenance.length === 0) terminal.out('there is no maintenance');
    else for (const line of columns(maintenance.map(row))) terminal.out(line);
    return 0;
  },
});

export const maintenanceAdd = command({
  name: 'maintenance add',
  about: 'start nothing by schedule for a while',
  arguments: [{ name: 'title' }],
  options: {
    from: {
      type: 'string',
      value: 'TIME',
      about: 'its begin (ISO 8601, or epoch milliseconds; default now)',
    },
    for: { type: 'string', value: '2h', about: 'how long it takes' },
    ...DASHBOARD_OPTIONS,
  },
  act: async ({ args, values }, { terminal, env, json }) => {
    if (values.for === undefined) throw usage('maintenance add wants --for 2h', 'maintenance add');
    const from = values.from === undefined ? terminal.now() : instantOf('from', values.from);
    const wish = { title: args[0] ?? '', from, to: from + durationOf('for', values.for) };
    const made = await dashboardOf(values, env).schedules.addMaintenance(wish);
    terminal.out(json ? JSON.stringify(made) : row(made).join('  '));
    return 0;
  },
});

export const maintenanceDelete = command({
  name: 'maintenance delete',
  about: 'take a maintenance back',
  arguments: [{ name: 'id' }],
  options: DASHBOARD_OPTIONS,
  act: async ({ args, values }, { terminal, env, json }) => {
    const id = args[0] ?? '';
    await dashboardOf(values, env).schedules.removeMaintenance(id);
    terminal.out(json ? JSON.stringify({ id }) : `${id} is taken back`);
    return 0;
  },
});

function row({ id, title, from, to }: Maintenance): string[] {
  return [id, new Date(from).toISOString(), `to ${new Date(to).toISOString()}`, title];
}
