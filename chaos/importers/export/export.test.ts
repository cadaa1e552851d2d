import { readFile } from 'node:fs/promises';
import { FaultSpec, type FaultWish } from '@stormglass/agents/contract';
import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { z } from 'zod';
import { importIstio } from '../istio/index.ts';
import { toChaosMesh } from './chaos-mesh.ts';
import { toIstio } from './istio.ts';
import type { Manifest } from './manifest.ts';
import { routeRegex } from './selection.ts';

const OPTIONS = { namespace: 'shop', label: 'app', port: 8080 };
const PAYMENTS = { kind: 'service', service: 'payments' } as const;
const EDGE = { kind: 'edge', from: 'orders', to: 'payments' } as const;

const fault = (part: Omit<FaultWish, 'target'> & { target?: FaultSpec['target'] }): FaultSpec =>
  FaultSpec.parse({ target: PAYMENTS, ...part });

type Json = Record<string, unknown>;
const isMap = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * As Kubernetes does with strict field validation: a field that no schema names is an error. "At most one of these fields",
 * which Istio writes with `not` and zod cannot read, is looked at by `doubles`.
 */
function strict(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(strict);
  if (!isMap(schema)) return schema;
  const { oneOf: _, ...rest } = schema;
  const inner = Object.fromEntries(Object.entries(rest).map(([key, value]) => [key, strict(value)]));
  return isMap(schema.properties) ? { additionalProperties: false, ...inner } : inner;
}

/** Fields that stand together where the schema allows at most one of them. */
function doubles(schema: unknown, value: unknown): string[] {
  if (!isMap(schema)) return [];
  if (Array.isArray(value)) return value.flatMap((one) => doubles(schema.items, one));
  if (!isMap(value)) return [];
  const alternatives = Array.isArray(schema.oneOf) ? schema.oneOf.flatMap((one) => one.required ?? []) : [];
  const present = alternatives.filter((name: string) => value[name] !== undefined);
  const { properties } = schema;
  const below = Object.entries(value).flatMap(([name, one]) =>
    doubles(isMap(properties) ? properties[name] : {}, one),
  );
  return present.length > 1 ? [...below, present.join(' and ')] : below;
}

async function problemsIn({ kind, spec }: Manifest): Promise<string> {
  const name = kind.replace(/([a-z])([A-Z])|(HTTP)(?=C)/g, (both) =>
    both === 'HTTP' ? 'HTTP-' : both.split('').join('-'),
  );
  const file = new URL(`../schemas/${name.toLowerCase()}.json`, import.meta.url);
  const schema = JSON.parse(await readFile(file, 'utf8'));
  const both = doubles(schema, spec);
  if (both.length > 0) return both.join(', ');
  const result = z.fromJSONSchema(strict(schema) as Parameters<typeof z.fromJSONSchema>[0]).safeParse(spec);
  return result.success ? '' : z.prettifyError(result.error);
}

describe('export to Istio', () => {
  const faults = [
    fault({
      action: { type: 'latency', ms: 3500 },
      selector: { percentage: 80, route: '/orders/:id', method: 'GET' },
    }),
    fault({ action: { type: 'error', status: 500 }, target: EDGE, reason: 'because' }),
    fault({ action: { type: 'latency', ms: 20 } }),
  ];

  it('is valid by the schema of Istio', async () => {
    const { manifests } = toIstio(faults, OPTIONS);
    expect(manifests.map(({ metadata }) => metadata.name)).toEqual([
      ...[
        'stormglass-latency-payments',
        'stormglass-error-orders-payments-2',
        'stormglass-latency-payments-3',
      ],
    ]);
    for (const manifest of manifests) expect(await problemsIn(manifest)).toBe('');
  });

  it('lets calls that do not match pass, and reads as the same fault when it comes back', () => {
    const { manifests } = toIstio(faults, OPTIONS);
    expect(manifests[1]?.spec).toEqual({
      hosts: ['payments'],
      http: [
        {
          match: [{ sourceLabels: { app: 'orders' } }],
          fault: { abort: { percentage: { value: 100 }, httpStatus: 500 } },
          route: [{ destination: { host: 'payments' } }],
        },
        { route: [{ destination: { host: 'payments' } }] },
      ],
    });
    const text = manifests
      .slice(1)
      .map((one) => stringify(one))
      .join('---\n');
    const back = importIstio(text, { callers: [], services: new Map(), durationMs: 30_000 }).faults;
    const meant = (spec: FaultSpec | undefined) => [spec?.action, spec?.target, spec?.selector.percentage];
    expect(back.map(meant)).toEqual(faults.slice(1).map(meant));
  });

  it('refuses what Envoy cannot do in the same way', () => {
    const inexpressible = [
      fault({ action: { type: 'hang' } }),
      fault({ action: { type: 'error' }, position: 'after' }),
      fault({ action: { type: 'process_kill' }, target: { kind: 'process', service: 'payments' } }),
      fault({
        action: { type: 'latency', ms: 5 },
        target: { ...PAYMENTS, instance: '2' } as typeof PAYMENTS,
      }),
    ];
    const { manifests, findings } = toIstio(inexpressible, OPTIONS);
    expect(manifests).toEqual([]);
    expect(findings.map(({ code, path }) => [code, path])).toEqual([
      ...[
        ['not_expressible', 'action.type'],
        ['not_expressible', 'position'],
      ],
      ...[
        ['not_expressible', 'target.kind'],
        ['not_expressible', 'target.instance'],
      ],
    ]);
  });

  it('writes a route with parameters as a regular expression that means the same', () => {
    const regex = new RegExp(`^${routeRegex('/orders/:id/items.json')}$`);
    expect(regex.test('/orders/42/items.json')).toBe(true);
    expect(regex.test('/orders/42/7/items.json')).toBe(false);
    expect(regex.test('/orders/42/itemsXjson')).toBe(false);
  });
});

describe('export to Chaos Mesh', () => {
  const faults = [
    fault({ action: { type: 'latency', ms: 3500 }, selector: { route: '/orders/:id', method: 'GET' } }),
    fault({ action: { type: 'error', status: 500 }, position: 'after' }),
    fault({ action: { type: 'reset' } }),
    fault({ action: { type: 'latency', ms: 50, jitterMs: 5 }, target: EDGE }),
    fault({ action: { type: 'process_kill' }, target: { kind: 'process', service: 'payments' } }),
  ];

  it('is valid by the schemas of Chaos Mesh, each fault as the kind with its effect', async () => {
    const { manifests } = toChaosMesh(faults, OPTIONS);
    expect(manifests.map(({ kind }) => kind)).toEqual([
      ...['HTTPChaos', 'HTTPChaos', 'HTTPChaos', 'NetworkChaos', 'PodChaos'],
    ]);
    for (const manifest of manifests) expect(await problemsIn(manifest), manifest.kind).toBe('');
    expect(manifests[0]?.spec).toMatchObject({
      target: 'Request',
      path: '/orders/*',
      delay: '3500ms',
      duration: '30s',
    });
    expect(manifests[1]?.spec).toMatchObject({ target: 'Response', replace: { code: 500 } });
  });

  it('refuses what would mean something else there', () => {
    const inexpressible = [
      fault({ action: { type: 'error' } }),
      fault({ action: { type: 'latency', ms: 5 }, selector: { percentage: 50 } }),
      fault({ action: { type: 'latency', ms: 5 }, target: EDGE, selector: { route: '/a' } }),
      fault({ action: { type: 'database_outage' }, target: { kind: 'database', service: 'orders' } }),
      fault({ action: { type: 'error' }, target: EDGE, position: 'late' }),
    ];
    const { manifests, findings } = toChaosMesh(inexpressible, OPTIONS);
    expect(manifests).toEqual([]);
    expect(findings.map(({ path }) => path)).toEqual([
      ...['position', 'selector.percentage', 'selector', 'target.kind', 'position'],
    ]);
  });
});

it('the check finds two fields where one is allowed', async () => {
  const [manifest] = toIstio(
    [fault({ action: { type: 'error' }, selector: { route: '/a' } })],
    OPTIONS,
  ).manifests;
  if (manifest === undefined) throw new Error('nothing was exported');
  const text = JSON.stringify(manifest).replace('"exact":"/a"', '"exact":"/a","prefix":"/"');
  expect(await problemsIn(JSON.parse(text))).toBe('exact and prefix');
});

it('the check finds a field that the other tool does not have', async () => {
  const [manifest] = toChaosMesh([fault({ action: { type: 'reset' } })], OPTIONS).manifests;
  if (manifest === undefined) throw new Error('nothing was exported');
  expect(await problemsIn({ ...manifest, spec: { ...manifest.spec, percentage: 5 } })).toContain(
    'percentage',
  );
  expect(await problemsIn({ ...manifest, spec: { ...manifest.spec, mode: 'most' } })).not.toBe('');
});
