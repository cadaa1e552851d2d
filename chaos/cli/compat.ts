import {
  type CompatWords,
  httpProvider,
  type Log,
  PYTHON_MODULES,
  processProvider,
  pythonProvider,
  runCompat,
} from '../compat/index.ts';

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

/** Runs an experiment here, without a dashboard, as the Chaos Toolkit would. */
export async function runHere(words: CompatWords, err: (line: string) => void): Promise<number> {
  const log: Log = (level, message) => {
    const at = new Date().toISOString().slice(0, 19).replace('T', ' ');
    err(`[${at} ${level}] ${message.replaceAll('\n', '\n    ')}`);
  };
  const providers = {
    python: pythonProvider(PYTHON_MODULES),
    process: processProvider,
    http: httpProvider,
  };
  const now = () => performance.timeOrigin + performance.now();
  return await runCompat(words, { env: { ...process.env }, log, signals: process, providers, now });
}
