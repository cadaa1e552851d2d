import type { JsonSchema } from '../../live/json-schema.ts';

/** What a person is told about a field. */
export interface FieldWords {
  title: string;
  unit: string;
  about: string;
}

/** Fields whose schema does not say it: those of the Chaos Toolkit format and of experiments as a whole. */
const KNOWN: Readonly<Record<string, Partial<FieldWords>>> = {
  sli: { title: 'Service level', about: 'Its curve gives lost requests and the instants t1, t2 and t4.' },
  'steady-state-hypothesis': {
    title: 'Hypothesis',
    about: 'Must hold before, or nothing is hurt, and after.',
  },
  story: { about: 'What a person reads before pressing the button: one paragraph.' },
  method: { about: 'Actions and probes, in this order.' },
  guards: { about: 'Bounds on the stream while a fault is on; one that is left ends the run.' },
  ablations: { about: 'Protections that an unprotected run goes without.' },
  expected: { about: 'The verdicts that are right.' },
  budget: { about: 'Broken, the run is deviated.' },
  detect: { unit: 's' },
  recover: { unit: 's' },
  window: { unit: 's' },
  within: { unit: 's', about: 'How long it may take.' },
  dwell: { unit: 's', about: 'How long it must hold.' },
  within_ms: { title: 'Good within', unit: 'ms' },
  before: { unit: 's' },
  after: { unit: 's' },
  durationMs: { title: 'For', unit: 'ms', about: 'From arming to the automatic end.' },
  percentage: { title: 'Share', unit: '%' },
  lateMs: { title: 'Late by', unit: 'ms' },
  for: { unit: 's' },
};

/** `steady-state-hypothesis` becomes `Steady state hypothesis`. */
function nameWords(key: string): string {
  const words = key
    .replace(/Ms$/, '')
    .replace(/([A-Z])/g, ' $1')
    .replace(/[-_]/g, ' ')
    .toLowerCase();
  return words.charAt(0).toUpperCase() + words.slice(1);
}

export function wordsOf(key: string, { title, unit, description }: JsonSchema): FieldWords {
  const known = KNOWN[key];
  return {
    title: title ?? known?.title ?? nameWords(key),
    unit: unit ?? known?.unit ?? (key.endsWith('Ms') ? 'ms' : ''),
    about: description ?? known?.about ?? '',
  };
}
