import { ExperimentSpec } from '@stormglass/chaos/contract';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { JsonSchema } from '../../live/json-schema.ts';
import { offersAt, spotAt } from './completion.ts';
import { namesOf } from './names.ts';

const options = { io: 'input', unrepresentable: 'any' } as const;
const schema = z.toJSONSchema(ExperimentSpec, options) as JsonSchema;
const service = { calls: 1, errors: 0, p50Ms: 1, p95Ms: 2, lastSeenAt: 0, instances: [] };
const names = namesOf({
  services: [
    { ...service, service: 'payments', operations: ['POST /charges'] },
    { ...service, service: 'orders', operations: ['GET /orders/:id'] },
  ],
  queues: [],
  invariants: ['I1', 'I7'],
  protections: [],
});

const HEAD = `title: a
description: b
sli: { service: gateway, metric: good_rate }
method:
`;

/** The labels offered where the bar stands. */
function labels(text: string): string[] {
  const at = text.indexOf('|');
  const spot = spotAt(text.replace('|', ''), at);
  return spot === null ? [] : offersAt(schema, spot, names).map(({ label }) => label);
}

describe('completion', () => {
  it('offers the keys that are missing, at the top and within', () => {
    const top = labels(`${HEAD}gu|`);
    expect(top).toContain('guards');
    expect(top).not.toContain('title');
    expect(labels(`${HEAD}  - type: action\n    na|`)).toEqual(
      expect.arrayContaining(['name', 'provider', 'tolerance', 'pauses']),
    );
    expect(labels(`${HEAD}  - |`)).toContain('type');
  });

  it('offers the values of a field: of an enumeration, and the variants of a choice', () => {
    expect(labels('sli: { service: gateway, metric: go| }')).toEqual([
      ...['error_rate', 'p95', 'availability', 'good_rate', 'rate'],
    ]);
    expect(labels(`${HEAD}  - type: |`)).toEqual(['action', 'probe']);
    expect(labels(`${HEAD}  - name: x\n    provider: { type: fa| }`)).toEqual(
      expect.arrayContaining(['fault', 'sli', 'recovered']),
    );
    const spec = `${HEAD}  - name: x\n    provider:\n      type: fault\n      spec:\n        action: { type: `;
    expect(labels(`${spec}| }`)).toEqual(expect.arrayContaining(['latency', 'database_outage']));
  });

  it('knows the fields of the variant that was chosen', () => {
    const provider = `${HEAD}  - name: x\n    provider:\n      `;
    expect(labels(`${provider}type: breaker\n      |`)).toEqual(['service', 'peer', 'state', 'within']);
    expect(labels(`${provider}|`)).toEqual(['type']);
    const action = `${provider}type: fault\n      spec:\n        action: { type: latency, | }`;
    expect(labels(action)).toEqual(expect.arrayContaining(['ms', 'jitterMs']));
  });

  it('offers what is really there', () => {
    expect(labels('sli: { service: | }')).toEqual(['orders', 'payments']);
    expect(labels('sli: { service: payments, operation: | }')).toEqual(['POST /charges']);
    expect(labels(`${HEAD}  - provider: { type: invariant, id: I| }`)).toEqual(['I1', 'I7']);
  });

  it('offers nothing in a comment, and has words for what a field is', () => {
    expect(labels('title: a # na|')).toEqual([]);
    expect(labels('# |')).toEqual([]);
    const spot = spotAt(`${HEAD}budget: { `, HEAD.length + 10);
    expect(spot && offersAt(schema, spot, names)).toEqual([
      expect.objectContaining({ label: 'detect', apply: 'detect: ', detail: 's' }),
      expect.objectContaining({ label: 'recover' }),
    ]);
  });
});
