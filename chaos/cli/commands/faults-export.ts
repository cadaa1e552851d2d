import type { FaultSpec } from '@stormglass/agents/contract';
import { StormglassError } from '@stormglass/agents/contract';
import { stringify } from 'yaml';
import { type Exported, type ExportOptions, toChaosMesh, toIstio } from '../../importers/index.ts';
import type { Dashboard } from '../api.ts';
import { command, DASHBOARD_OPTIONS } from '../command.ts';
import { dashboardOf } from '../dashboard.ts';
import { EX_PARTLY, usage } from '../exit-codes.ts';
import { FAULT_OPTIONS, faultsOf } from '../fault-options.ts';
import { save } from '../files.ts';
import { isPartial, tell } from '../findings.ts';
import { oneOf } from '../values.ts';

const TOOLS = { istio: toIstio, 'chaos-mesh': toChaosMesh } as const;
const TOOL_NAMES = ['istio', 'chaos-mesh'] as const;
const DEFAULT_LABEL = 'app';
const DEFAULT_PORT = 80;

export const faultsExport = command({
  name: 'faults export',
  about: "faults as another tool's manifests",
  arguments: [{ name: 'file', words: 'file', optional: true }],
  options: {
    as: { type: 'string', value: 'TOOL', words: TOOL_NAMES, about: 'istio (VirtualService) or chaos-mesh' },
    fault: { type: 'string', value: 'ID', words: 'fault', about: 'one that the dashboard knows' },
    namespace: { type: 'string', value: 'NAME', about: 'where it goes, and where the pods are' },
    label: {
      type: 'string',
      value: 'NAME',
      about: `label of pods with a service's name (default ${DEFAULT_LABEL})`,
    },
    port: {
      type: 'string',
      value: 'N',
      about: `where services answer, for HTTPChaos (default ${DEFAULT_PORT})`,
    },
    output: { type: 'string', value: 'FILE', words: 'file', about: 'write it there' },
    ...FAULT_OPTIONS,
    ...DASHBOARD_OPTIONS,
  },
  more: `Faults come from a file, from options as for \`faults arm\`, or from the dashboard (--fault). What the other tool cannot
do in the same way is not exported, and said; the exit code is 1 then.`,
  act: async ({ args, values }, { terminal, env, json }) => {
    if (values.as === undefined)
      throw usage(`faults export wants --as ${TOOL_NAMES.join('|')}`, 'faults export');
    const tool = TOOLS[oneOf('as', values.as, TOOL_NAMES)];
    const options = optionsOf(values);
    const { fault } = values;
    const specs =
      fault === undefined
        ? await faultsOf(args[0], values)
        : [await knownFault(dashboardOf(values, env), fault)];
    const exported = tool(specs, options);
    const text = exported.manifests.map((manifest) => stringify(manifest)).join('---\n');
    if (values.output !== undefined && exported.manifests.length > 0) await save(values.output, text);
    if (json) terminal.out(JSON.stringify(exported));
    else say(exported, values.output === undefined ? text : '', terminal);
    return isPartial(exported.findings) ? EX_PARTLY : 0;
  },
});

function say(
  { findings }: Exported,
  text: string,
  terminal: Parameters<typeof tell>[1] & { write(text: string): void },
) {
  tell(findings, terminal);
  if (text !== '') terminal.write(text);
}

function optionsOf(values: {
  namespace: string | undefined;
  label: string | undefined;
  port: string | undefined;
}): ExportOptions {
  const port = Number(values.port ?? DEFAULT_PORT);
  if (!Number.isInteger(port) || port < 1 || port > 65_535)
    throw usage(`--port is ${values.port}; write 1 to 65535`);
  return { namespace: values.namespace, label: values.label ?? DEFAULT_LABEL, port };
}

async function knownFault(dashboard: Dashboard, id: string): Promise<FaultSpec> {
  const found = (await dashboard.faults()).find(({ faultId }) => faultId === id);
  if (found !== undefined) return found.spec;
  throw new StormglassError(
    'not_found',
    `The dashboard knows no fault ${id}.`,
    'See `stormglass faults list --all`.',
  );
}
