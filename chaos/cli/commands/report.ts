import { StormglassError } from '@stormglass/agents/contract';
import { FORMATS, formatOf, render } from '../../report/index.ts';
import type { Dashboard } from '../api.ts';
import { command, DASHBOARD_OPTIONS } from '../command.ts';
import { dashboardOf } from '../dashboard.ts';
import { save } from '../files.ts';
import { oneOf } from '../values.ts';

export const report = command({
  name: 'report',
  about: "a run's report, on stdout or into a file",
  arguments: [{ name: 'run', words: 'run' }],
  options: {
    format: {
      type: 'string',
      value: 'FORMAT',
      words: FORMATS,
      about: `one of ${FORMATS.join(', ')} (default: as the file is named, else markdown)`,
    },
    output: { type: 'string', value: 'FILE', words: 'file', about: 'write it there' },
    ...DASHBOARD_OPTIONS,
  },
  more: '`latest` is the newest run. --json is --format json.',
  act: async ({ args, values }, { terminal, env, json }) => {
    const { output } = values;
    const named = values.format === undefined ? null : oneOf('format', values.format, FORMATS);
    const format = named ?? (json ? 'json' : ((output && formatOf(output)) ?? 'markdown'));
    const dashboard = dashboardOf(values, env);
    const run = await dashboard.run(await idOf(dashboard, args[0] ?? ''));
    const text = render(run, format || 'markdown');
    if (output === undefined) terminal.write(text);
    else {
      await save(output, text);
      if (!json) terminal.out(`${output}: ${format} of run ${run.id}`);
    }
    return 0;
  },
});

async function idOf(dashboard: Dashboard, word: string): Promise<string> {
  if (word !== 'latest') return word;
  const [newest] = await dashboard.runs();
  if (newest !== undefined) return newest.id;
  throw new StormglassError('not_found', 'There was no run yet.', 'Run one: `stormglass run <id>`.');
}
