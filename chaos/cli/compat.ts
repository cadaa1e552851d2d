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
import { Dashboard, type DashboardOptions } from './api.ts';

/** Options of `stormglass run --compat`, those of `chaos run`. */
export const COMPAT_OPTIONS = {
  compat: { type: 'boolean', default: false },
  'journal-path': { type: 'string' },
  dry: { type: 'string' },
  'no-validation': { type: 'boolean', default: false },
  'no-verify-tls': { type: 'boolean', default: false },
  'rollback-strategy': { type: 'string' },
  'hypothesis-strategy': { type: 'string' },
  'hypothesis-frequency': { type: 'string' },
  'fail-fast': { type: 'boolean', default: false },
  'fail-fast-ratio': { type: 'string' },
  var: { type: 'string', multiple: true },
  'var-file': { type: 'string', multiple: true },
  'control-file': { type: 'string', multiple: true },
} as const;

export interface CompatValues {
  'journal-path'?: string | undefined;
  dry?: string | undefined;
  'no-validation': boolean;
  'no-verify-tls': boolean;
  'rollback-strategy'?: string | undefined;
  'hypothesis-strategy'?: string | undefined;
  'hypothesis-frequency'?: string | undefined;
  'fail-fast': boolean;
  'fail-fast-ratio'?: string | undefined;
  var?: string[] | undefined;
  'var-file'?: string[] | undefined;
  'control-file'?: string[] | undefined;
}

export function compatWords(source: string, values: CompatValues): CompatWords {
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
    variables: values.var ?? [],
    variableFiles: values['var-file'] ?? [],
    controlFiles: values['control-file'] ?? [],
  };
}

const FaultProvider = z.object({ spec: z.unknown() });
const ControlProvider = z.object({ service: z.string(), name: z.string(), input: z.unknown() });

/** Runs an experiment here as the Chaos Toolkit would; the dashboard is asked only for what is Stormglass's own. */
export async function runHere(
  words: CompatWords,
  where: DashboardOptions,
  err: (line: string) => void,
): Promise<number> {
  const dashboard = new Dashboard(where);
  const log: Log = (level, message) => {
    const at = new Date().toISOString().slice(0, 19).replace('T', ' ');
    err(`[${at} ${level}] ${message.replaceAll('\n', '\n    ')}`);
  };
  const providers = {
    python: pythonProvider(PYTHON_MODULES),
    process: processProvider,
    http: httpProvider,
    ...remoteProviders({
      fault: (provider) => dashboard.arm(FaultProvider.parse(provider).spec),
      control: (provider) => dashboard.control(ControlProvider.parse(provider)),
    }),
  };
  const ready = async (types: ReadonlySet<string>) => {
    if (REMOTE_TYPES.some((type) => types.has(type))) await dashboard.health();
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
