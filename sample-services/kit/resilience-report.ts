import { type Attributes, metrics } from '@opentelemetry/api';
import {
  DatabaseSettings,
  METRIC,
  PeerSettings,
  RateLimitSettings,
  RESILIENCE_ATTR,
  type ResilienceState,
} from '@stormglass/agents/contract';
import type { z } from 'zod';
import type { Clock } from './clock.ts';
import { Seldom } from './seldom.ts';

/** Settings seldom change, and a process has a hundred of them: told each second they would cost more than they say. */
const TOLD_EVERY_MS = 30_000;

interface Setting {
  value: number;
  attributes: Attributes;
}

/** Reports each setting as it is now: with the next export after a change, and every half minute; gives back what ends it. */
export function reportSettings(read: () => ResilienceState, clock: Clock): () => void {
  const gauge = metrics.getMeter('stormglass.peer').createObservableGauge(METRIC.resilienceSetting);
  const seldom = new Seldom(TOLD_EVERY_MS, clock);
  const observe: Parameters<typeof gauge.addCallback>[0] = (result) => {
    const state = read();
    if (!seldom.isDue(state)) return;
    for (const { value, attributes } of settingsOf(state)) result.observe(value, attributes);
  };
  gauge.addCallback(observe);
  return () => gauge.removeCallback(observe);
}

function settingsOf({ peers, databases, rateLimits }: ResilienceState): Setting[] {
  return [
    ...peers.flatMap((one) => each('peer', PeerSettings.shape, one)),
    ...databases.flatMap((one) => each('database', DatabaseSettings.shape, one)),
    ...rateLimits.flatMap((one) => each('rateLimit', RateLimitSettings.shape, one)),
  ];
}

type Shape = Record<string, z.ZodType>;

function each(of: string, shape: Shape, one: { name: string; settings: Record<string, number> }): Setting[] {
  return Object.entries(one.settings).map(([setting, value]) => ({
    value,
    attributes: {
      [RESILIENCE_ATTR.policy]: one.name,
      [RESILIENCE_ATTR.settingOf]: of,
      [RESILIENCE_ATTR.setting]: setting,
      [RESILIENCE_ATTR.unit]: unitOf(shape[setting]),
    },
  }));
}

function unitOf(schema: z.ZodType | undefined): string {
  const unit = schema?.meta()?.unit;
  return typeof unit === 'string' ? unit : '';
}
