import { stringify } from 'yaml';
import { type IstioImport, importIstio, type Policy } from '../../importers/index.ts';
import type { Dashboard } from '../api.ts';
import { command, DASHBOARD_OPTIONS } from '../command.ts';
import { dashboardOf } from '../dashboard.ts';
import { EX_PARTLY, usage } from '../exit-codes.ts';
import { save, textOf } from '../files.ts';
import { isPartial, tell } from '../findings.ts';
import { durationOf } from '../values.ts';

const DEFAULT_DURATION = '30s';

export const importIstioCommand = command({
  name: 'import istio',
  about: 'VirtualServices and DestinationRules as faults and policies, with what is wrong in them',
  arguments: [{ name: 'file.yaml', words: 'file' }],
  options: {
    from: {
      type: 'string',
      value: 'SERVICE',
      multiple: true,
      about: 'who calls: faults and policies are of these',
    },
    service: { type: 'string', value: 'HOST=NAME', multiple: true, about: 'what a host is called here' },
    duration: { type: 'string', value: 'TIME', about: `when faults end (default ${DEFAULT_DURATION})` },
    lint: { type: 'boolean', about: 'only say what is wrong' },
    apply: { type: 'boolean', about: 'set the policies at the callers; faults are armed by `faults arm`' },
    output: { type: 'string', value: 'FILE', words: 'file', about: 'write faults and policies there' },
    ...DASHBOARD_OPTIONS,
  },
  more: `Writes YAML which \`stormglass faults arm\` takes; findings go to stderr. Exits with 1 when something could not be
taken over, with 9 when the file is no valid Istio.`,
  act: async ({ args, values }, { terminal, env, json }) => {
    const callers = values.from;
    if (values.apply && callers.length === 0) throw usage('--apply wants --from: whose settings they are');
    const imported = importIstio(await textOf(args[0] ?? ''), {
      callers,
      services: namesOf(values.service),
      durationMs: Math.round(durationOf('duration', values.duration ?? DEFAULT_DURATION)),
    });
    const applied = values.apply ? await apply(dashboardOf(values, env), imported.policies) : [];
    if (json) terminal.out(JSON.stringify({ ...imported, applied }));
    else {
      tell(imported.findings, terminal);
      for (const { caller, peer, instances } of applied) {
        terminal.err(`set at ${caller} (${instances.join(', ')}): how it calls ${peer}`);
      }
    }
    const text = stringify({ faults: imported.faults, policies: imported.policies });
    if (values.output !== undefined) await save(values.output, text);
    else if (!json && !values.lint) terminal.write(text);
    return exitCodeOf(imported, values.lint);
  },
});

/** A linter fails on what a person should mend; an import on what it had to leave out. */
function exitCodeOf({ findings }: IstioImport, lint: boolean): number {
  const warned = lint && findings.some(({ severity }) => severity === 'warning');
  return warned || isPartial(findings) ? EX_PARTLY : 0;
}

function namesOf(words: readonly string[]): Map<string, string> {
  return new Map(
    words.map((word) => {
      const [host, name, ...others] = word.split('=');
      if (!host || !name || others.length > 0)
        throw usage(`--service is ${word}; write host=name`, 'import istio');
      return [host, name];
    }),
  );
}

async function apply(dashboard: Dashboard, policies: readonly Policy[]) {
  const applied: { caller: string; peer: string; instances: string[] }[] = [];
  for (const { callers, change } of policies) {
    for (const caller of callers) {
      const instances = await dashboard.setResilience(caller, change);
      applied.push({ caller, peer: change.name, instances });
    }
  }
  return applied;
}
