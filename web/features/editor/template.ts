import type { Run } from '@stormglass/chaos/contract';
import { stringify } from 'yaml';

/** The text a run was made from: as somebody wrote it, or what became of a file. */
export function textOfRun({ source, experiment }: Pick<Run, 'source' | 'experiment'>): string {
  return source ?? stringify(experiment, { lineWidth: 110 });
}

/** A small experiment that is valid and hurts little, to begin with. */
export const TEMPLATE = `# The format: docs/experiments.md. Form and text are one document; change either.
title: Payments gets slow
description: What customers notice when charges take a second longer.
tags: []
story: >-
  Half of the charges take one second longer for ten seconds. Customers should not notice.
sli:
  service: gateway
  operation: POST /orders
  metric: good_rate
  within_ms: 1500
  window: 5
steady-state-hypothesis:
  title: Orders are answered well
  probes:
    - type: probe
      name: orders are answered within 1.5 s
      provider:
        type: sli
        query: { service: gateway, operation: POST /orders, metric: good_rate, within_ms: 1500, window: 5 }
      tolerance: { type: range, range: [0.8, 1] }
method:
  - type: action
    name: charges take 1 s longer
    provider:
      type: fault
      spec:
        action: { type: latency, ms: 1000 }
        target: { kind: service, service: payments }
        selector: { percentage: 50 }
        durationMs: 10000
  - type: probe
    name: the shop recovers
    provider: { type: recovered, within: 60 }
guards:
  - name: most orders are still answered
    query: { service: gateway, operation: POST /orders, metric: availability, window: 10 }
    tolerance: { type: range, range: [0.5, 1] }
budget: { recover: 30 }
`;
