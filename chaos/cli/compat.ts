import { StormglassError } from '@stormglass/agents/contract';
import { z } from 'zod';
import {
  type CompatWords,
  httpProvider,
  type Log,
  PYTHON_MODULES,
  processProvider,
  pythonProvider,
  REMOTE_TYPES,
  remoteProviders,
  runCompat,
} from '../compat/index.ts';
import type { Dashboard } from './api.ts';
import type { Options, Values } from './command.ts';

/** Options of `stormglass run --compat`, those of `chaos run`. */
export const COMPAT_OPTIONS = {
  compat: {
    type: 'boolean',
    about: 'run it here as the Chaos Toolkit (chaostoolkit-lib 1.45.0) does; the options below are for that',
  },
  'journal-path': { type: 'string', value: 'FILE', about: 'where the journal goes (default ./journal.json)' },
  dry: {
    type: 'string',
    value: 'WHAT',
    words: ['probes', 'actions', 'activities', 'pause'],
    about: 'leave these out',
  },
  'no-validation': { type: 'boolean', about: 'run the file without looking at it first' },
  'no-verify-tls': { type: 'boolean', about: 'take any certificate when the file is read from an address' },
  'rollback-strategy': {
    type: 'string',
    value: 'WHEN',
    words: ['default', 'always', 'never', 'deviated'],
    about: 'when rollbacks are played',
  },
  'hypothesis-strategy': {
    type: 'string',
    value: 'WHEN',
    words: [
      'default',
      'before-method-only',
      'after-method-only',
      'during-method-only',
      'continuously',
      'skip',
    ],
    about: 'when the hypothesis is looked at',
  },
  'hypothesis-frequency': { type: 'string', value: 'SECONDS', about: 'between two looks during the method' },
  'fail-fast': { type: 'boolean', about: 'end at the first look that is out of tolerance' },
  'fail-fast-ratio': {
    type: 'string',
    value: 'PERCENT',
    about: 'end at this share of looks out of tolerance',
  },
  var: {
    type: 'string',
    value: 'NAME[:TYPE]=VALUE',
    multiple: true,
    about: 'a variable of the configuration',
  },
  'var-file': {
    type: 'string',
    value: 'FILE',
    multiple: true,
    about: 'variables from a JSON, YAML or .env file',
  },
  'control-file': { type: 'string', value: 'FILE', multiple: true, about: 'controls from a file' },
} as const satisfies Options;

export function compatWords(source: string, values: Values<typeof COMPAT_OPTIONS>): CompatWords {
  return {
    source,
    journalPath: values['journal-path'],
    dry: values.dry,
    noValidation: values['no-validation'],
    noVerifyTls: values['no-verify-tls'],
    rollbackStrategy: values['rollback-strategy'],
    hypothesisStrategy: values['hypothesis-strategy'],
    hypothesisFrequency: values['hypothesis-frequency'],
    failFast: values['fail-fast'],
    failFastRatio: values['fail-fast-ratio'],
    variables: values.var,
    variableFiles: values['var-file'],
    controlFiles: values['control-file'],
  };
}

/** Of finding out whether there is a dashboard. */
const PATIENCE_MS = 5_000;

const FaultProvider = z.object({ spec: z.unknown() });
const ControlProvider = z.object({ service: z.string(), name: z.string(), input: z.unknown() });

/** Runs an experiment here as the Chaos Toolkit would; the dashboard is asked only for what is Stormglass's own. */
export async function runHere(
  words: CompatWords,
  dashboard: Dashboard,
  err: (line: string) => void,
): Promise<number> {
  const log: Log = (level, message) => {
    const at = new Date().toISOString().slice(0, 19).replace('T', ' ');
    err(`[${at} ${level}] ${message.replaceAll('\n', '\n    ')}`);
  };
  const providers = {
    python: pythonProvider(PYTHON_MODULES),
    process: processProvider,
    http: httpProvider,
    ...remoteProviders({
      fault: (provider) => dashboard.armAsWritten(FaultProvider.parse(provider).spec),
      control: (provider) => dashboard.control(ControlProvider.parse(provider)),
    }),
  };
  const ready = async (types: ReadonlySet<string>) => {
    if (REMOTE_TYPES.some((type) => types.has(type))) await dashboard.version(PATIENCE_MS);
  };
  const now = () => performance.timeOrigin + performance.now();
  const env = { ...process.env };
  try {
    return await runCompat(words, { env, log, signals: process, providers, ready, now });
  } catch (error) {
    if (!(error instanceof StormglassError)) throw error;
    log('ERROR', error.message);
    log('ERROR', error.next);
    return 1;
  }
}
