import { StormglassError } from '@stormglass/agents/contract';
import { VERDICTS } from '../contract/index.ts';
import { FileRefused } from '../documents/index.ts';

/** sysexits.h: wrong usage, service unavailable. */
export const EX_USAGE = 64;
export const EX_UNAVAILABLE = 69;
/** Done, but not with everything; each command says what was left. */
export const EX_PARTLY = 1;

interface ExitCode {
  code: number;
  name: string;
  means: string;
}

const MEANS: Record<keyof typeof VERDICTS, string> = {
  passed: 'nothing left its band; the command did what it was asked',
  deviated:
    'the system did not behave as expected, or a --budget was broken; other commands: not everything was done',
  'degraded-recovered': 'answers suffered, and everything recovered within its budget',
  'not-run': 'the steady state did not hold before; nothing was injected',
  'injection-failed': 'a fault or an action could not be done',
  'revert-failed': 'a fault could not be shown to be gone',
  inconclusive: 'too few samples to judge by',
  aborted: 'a guard or a person stopped the run',
  interrupted: 'the dashboard ended during the run',
  invalid: 'a file is invalid; every problem is named',
};

/** Every exit code of the command line. */
export const EXIT_CODES: readonly ExitCode[] = [
  ...(Object.keys(VERDICTS) as (keyof typeof VERDICTS)[]).map((name) => ({
    ...{ code: VERDICTS[name], name, means: MEANS[name] },
  })),
  { code: EX_USAGE, name: 'usage', means: 'the command line was not understood' },
  { code: EX_UNAVAILABLE, name: 'unavailable', means: 'the dashboard does not answer, or refuses' },
];

export function exitCodeOf(error: StormglassError): number {
  if (error instanceof FileRefused || error.code === 'experiment_invalid') return VERDICTS.invalid;
  return error.code === 'invalid_request' ? EX_USAGE : EX_UNAVAILABLE;
}

export function usage(message: string, command = ''): StormglassError {
  const help = command === '' ? 'stormglass help' : `stormglass help ${command}`;
  return new StormglassError('invalid_request', message, `See \`${help}\`.`);
}
