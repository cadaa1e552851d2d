import { type ErrorBody, type FaultSpec, StormglassError } from '@stormglass/agents/contract';
import type { Activity, ExperimentSpec } from '@stormglass/chaos/contract';
import { faultTitle, readPresent } from '@stormglass/chaos/engine';
import type { DryRun } from '../../live/editor-answers.ts';
import { predictReach } from '../../live/reach.ts';
import type { Faults } from '../faults/faults.ts';
import type { Controls } from '../hub/controls.ts';
import type { Time } from '../time.ts';
import type { TimelineWindow } from '../window/window.ts';
import type { Runs } from './runs.ts';

/** As far back as a run takes its baseline from, ms. */
const LOOK_BACK_MS = 300_000;

interface Parts {
  faults: Faults;
  controls: Controls;
  runs: Runs;
  window: TimelineWindow;
  time: Time;
}

type Refusal = ErrorBody['error'];

/** What an experiment would do if it began now. Nothing is armed, asked for or written down. */
export function dryRun(parts: Parts, spec: ExperimentSpec): DryRun {
  const at = parts.time.now();
  const timeline = parts.window.slice(at - LOOK_BACK_MS, at);
  const faults = spec.method.flatMap(({ name, provider }, index) =>
    provider.type === 'fault'
      ? [{ activity: name, index, ...dryFault(parts, provider.spec, timeline, at) }]
      : [],
  );
  return {
    title: spec.title,
    faults,
    others: spec.method.flatMap((activity, index) => otherAction(parts.controls, activity, index)),
    ...readPresent(spec, timeline, { at, baselineFrom: at - LOOK_BACK_MS }),
    blocked: refusalOf(() => parts.runs.refuseStart()).refused,
  };
}

function dryFault(
  { faults }: Parts,
  spec: FaultSpec,
  timeline: ReturnType<TimelineWindow['slice']>,
  at: number,
): Omit<DryRun['faults'][number], 'activity' | 'index'> {
  const { value, refused } = refusalOf(() => faults.resolve(spec));
  const { target, durationMs, selector } = spec;
  return {
    title: faultTitle(spec),
    targets: value ?? [],
    reach:
      timeline.traffic.length === 0
        ? null
        : predictReach(timeline, at, { target, durationMs, percentage: selector.percentage }),
    error: refused,
  };
}

/** A control or a protection: somebody connected must offer it. */
function otherAction(controls: Controls, { name, provider }: Activity, index: number): DryRun['others'] {
  if (provider.type !== 'control' && provider.type !== 'protection') return [];
  const control = provider.type === 'control' ? provider.name : 'switch.set';
  const offered = controls.offering(control, provider.service);
  const ok = offered.length > 0;
  const instances = offered.map(({ instance }) => instance).join(', ');
  const what = provider.type === 'control' ? provider.name : `to take ${provider.name} away`;
  const says = ok ? `${what}, by ${instances}` : `nobody connected as ${provider.service} offers ${what}`;
  return [{ activity: name, index, says, ok }];
}

/** What it gives, or why it would be refused. */
function refusalOf<T>(work: () => T): { value: T | null; refused: Refusal | null } {
  try {
    return { value: work(), refused: null };
  } catch (error) {
    if (!(error instanceof StormglassError)) throw error;
    return { value: null, refused: error.toBody().error };
  }
}
