import { VERDICTS, type Verdict } from '@stormglass/chaos/contract';

export type Tone = 'ok' | 'degraded' | 'failing' | 'unknown' | 'fault';

interface VerdictWords {
  title: string;
  tone: Tone;
  /** What it means, one sentence. */
  means: string;
}

const WORDS: Record<Verdict, VerdictWords> = {
  passed: { title: 'Passed', tone: 'ok', means: 'Steady before, during and after.' },
  deviated: {
    title: 'Deviated',
    tone: 'failing',
    means: 'It left its bounds and did not come back in time.',
  },
  'degraded-recovered': {
    title: 'Degraded, recovered',
    tone: 'degraded',
    means: 'It left its bounds while the fault was on, and came back.',
  },
  'not-run': { title: 'Not run', tone: 'unknown', means: 'It was not steady before, so nothing was hurt.' },
  'injection-failed': { title: 'Injection failed', tone: 'failing', means: 'The fault did not take hold.' },
  'revert-failed': {
    title: 'Revert failed',
    tone: 'failing',
    means: 'The fault could not be read back as gone.',
  },
  inconclusive: { title: 'Inconclusive', tone: 'unknown', means: 'Too few samples to say.' },
  aborted: { title: 'Aborted', tone: 'degraded', means: 'A guard or a person stopped it.' },
  interrupted: { title: 'Interrupted', tone: 'degraded', means: 'The dashboard stopped while it ran.' },
  invalid: { title: 'Invalid', tone: 'failing', means: 'The experiment file makes no sense.' },
};

/** A verdict in words, with its exit code; `null` is a run in progress. */
export function verdictWords(verdict: Verdict | null): VerdictWords & { exit: number | null } {
  if (verdict === null)
    return { title: 'Running', tone: 'fault', means: 'It is still measured.', exit: null };
  return { ...WORDS[verdict], exit: VERDICTS[verdict] };
}
