import { stringify } from 'yaml';
import { command, DASHBOARD_OPTIONS } from '../command.ts';
import { dashboardOf } from '../dashboard.ts';
import { columns } from '../table.ts';
import { knownExperiment } from './known-experiment.ts';

export const experimentsList = command({
  name: 'experiments list',
  about: 'the experiments which the dashboard has',
  arguments: [],
  options: DASHBOARD_OPTIONS,
  act: async ({ values }, { terminal, env, json }) => {
    const { experiments, problems } = await dashboardOf(values, env).experiments();
    if (json) terminal.out(JSON.stringify({ experiments, problems }));
    else {
      const rows = experiments.map(({ id, spec }) => [id, spec.title, spec.tags.join(', ')]);
      for (const line of columns(rows)) terminal.out(line);
      for (const { file, message } of problems) terminal.err(`${file} cannot be run: ${message}`);
    }
    return 0;
  },
});

export const experimentsShow = command({
  name: 'experiments show',
  about: 'one experiment as its file, every default filled in',
  arguments: [{ name: 'id', words: 'experiment' }],
  options: DASHBOARD_OPTIONS,
  act: async ({ args, values }, { terminal, env, json }) => {
    const spec = await knownExperiment(dashboardOf(values, env), args[0] ?? '');
    terminal.write(json ? `${JSON.stringify(spec)}\n` : stringify(spec));
    return 0;
  },
});
