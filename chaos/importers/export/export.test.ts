import { readFile } from 'node:fs/promises';
import { FAULT_CATALOGUE, FaultSpec, type FaultWish } from '@stormglass/agents/contract';
import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { z } from 'zod';
import { importIstio } from '../istio/index.ts';
import { toChaosMesh } from './chaos-mesh/index.ts';
import { toIstio } from './istio.ts';
import type { Manifest } from './manifest.ts';
import { routeRegex } from './selection.ts';

const OPTIONS = { namespace: 'shop', label: 'app', port: 8080 };
const PAYMENTS = { kind: 'service', service: 'payments' } as const;
const PROCESS = { kind: 'process', service: 'payments' } as const;
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
    fault({
      action: { type: 'latency', ms: 30 },
      selector: { header: { name: 'X-User', value: 'ada' } },
    }),
    fault({ action: { type: 'latency', ms: 40 }, selector: { header: { name: 'x-canary' } } }),
  ];

  it('is valid by the schema of Istio', async () => {
    const { manifests } = toIstio(faults, OPTIONS);
    expect(manifests.map(({ metadata }) => metadata.name)).toEqual([
      ...[
        'stormglass-latency-payments',
        'stormglass-error-orders-payments-2',
        'stormglass-latency-payments-3',
        'stormglass-latency-payments-4',
        'stormglass-latency-payments-5',
      ],
    ]);
    for (const manifest of manifests) expect(await problemsIn(manifest)).toBe('');
  });

  it('lets calls that do not match pass, and reads as the same fault when it comes back', () => {
    const { manifests, findings } = toIstio(faults, OPTIONS);
    // Of what nobody asked for nothing is lost.
    expect(findings.filter(({ code }) => code === 'lost_detail')).toEqual([]);
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
    const meant = ({ action, target, selector }: FaultSpec) => [
      ...[action, target, selector.percentage, selector.header?.name.toLowerCase(), selector.header?.value],
    ];
    expect(back.map(meant)).toEqual(faults.slice(1).map(meant));
  });

  it('refuses what Envoy cannot do in the same way', () => {
    const inexpressible = [
      fault({ action: { type: 'reset' } }),
      fault({ action: { type: 'error', code: 'ECONNREFUSED' } }),
      fault({ action: { type: 'error' }, shape: { type: 'pulse' } }),
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
        ['not_expressible', 'action.code'],
        ['not_expressible', 'shape'],
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
    fault({ action: { type: 'process_kill' }, target: PROCESS }),
    fault({ action: { type: 'process_terminate' }, target: PROCESS }),
    fault({ action: { type: 'token_authority_down' }, target: PROCESS }),
    fault({ action: { type: 'hang' }, target: EDGE }),
    fault({ action: { type: 'hang' }, selector: { header: { name: 'x-user', value: 'ada' } } }),
    fault({ action: { type: 'corrupt', patch: { total: null } } }),
    fault({ action: { type: 'cpu_burn', cores: 2, load: 80 } }),
    fault({ action: { type: 'memory_pressure', bytes: 268_435_456 } }),
    fault({ action: { type: 'clock_skew', offsetMs: -90_000 } }),
  ];

  it('is valid by the schemas of Chaos Mesh, each fault as the kind with its effect', async () => {
    const { manifests } = toChaosMesh(faults, OPTIONS);
    expect(manifests.map(({ kind }) => kind)).toEqual([
      ...['HTTPChaos', 'HTTPChaos', 'HTTPChaos', 'NetworkChaos', 'PodChaos', 'PodChaos', 'PodChaos'],
      ...['NetworkChaos', 'HTTPChaos', 'HTTPChaos', 'StressChaos', 'StressChaos', 'TimeChaos'],
    ]);
    for (const manifest of manifests) expect(await problemsIn(manifest), manifest.kind).toBe('');
    expect(manifests[0]?.spec).toMatchObject({
      target: 'Request',
      path: '/orders/*',
      delay: '3500ms',
      duration: '30s',
    });
    expect(manifests[1]?.spec).toMatchObject({ target: 'Response', replace: { code: 500 } });
    expect(manifests.slice(5).map(({ spec }) => spec)).toMatchObject([
      { action: 'pod-kill', gracePeriod: 30 },
      { action: 'pod-failure', duration: '30s' },
      { action: 'partition', direction: 'to' },
      { target: 'Request', delay: '30000ms', request_headers: { 'x-user': 'ada' } },
      { target: 'Response', patch: { body: { type: 'JSON', value: '{"total":null}' } } },
      { stressors: { cpu: { workers: 2, load: 80 } }, duration: '30s' },
      { stressors: { memory: { workers: 1, size: '268435456B' } } },
      { timeOffset: '-90s' },
    ]);
  });

  it('refuses what would mean something else there', () => {
    const inexpressible = [
      fault({ action: { type: 'error' } }),
      fault({ action: { type: 'latency', ms: 5 }, selector: { percentage: 50 } }),
      fault({ action: { type: 'latency', ms: 5 }, target: EDGE, selector: { route: '/a' } }),
      fault({ action: { type: 'database_outage' }, target: { kind: 'database', service: 'orders' } }),
      fault({ action: { type: 'error' }, target: EDGE, position: 'late' }),
      fault({ action: { type: 'error', code: 'ETIMEDOUT' }, position: 'after' }),
      fault({ action: { type: 'latency', ms: 5 }, selector: { header: { name: 'x-user' } } }),
      fault({ action: { type: 'latency', ms: 5 }, target: EDGE, selector: { header: { name: 'x-user' } } }),
      fault({ action: { type: 'latency', ms: 5 }, shape: { type: 'ramp' } }),
    ];
    const { manifests, findings } = toChaosMesh(inexpressible, OPTIONS);
    expect(manifests).toEqual([]);
    expect(findings.map(({ path }) => path)).toEqual([
      ...['position', 'selector.percentage', 'selector', 'target.kind', 'position'],
      ...['action.code', 'selector.header', 'selector', 'shape'],
    ]);
  });
});

/** A fault of each type, as it is when nobody says more, on each kind of target it can have. */
function everyFault(): FaultSpec[] {
  const WANTED: Record<string, object> = {
    lock_contention: { table: 'orders' },
    process_crash: { point: 'commit' },
    discovery_stale: { entry: 'payments' },
  };
  const rest = { service: 'payments', from: 'orders', to: 'payments', queue: 'mails', point: 'commit' };
  return Object.entries(FAULT_CATALOGUE).flatMap(([type, { targets, positions }]) =>
    targets.flatMap((kind) =>
      positions.map((position) =>
        FaultSpec.parse({ action: { type, ...WANTED[type] }, target: { kind, ...rest }, position }),
      ),
    ),
  );
}

it('of all types of faults, docs/istio.md names those that the other tools can have', async () => {
  const docs = await readFile(new URL('../../../docs/istio.md', import.meta.url), 'utf8');
  for (const [name, tool] of [
    ['Istio', toIstio],
    ['Chaos Mesh', toChaosMesh],
  ] as const) {
    const able = new Set<string>();
    const unable = new Set<string>();
    for (const spec of everyFault()) {
      const { manifests, findings } = tool([spec], OPTIONS);
      if (manifests.length > 0) able.add(spec.action.type);
      else expect(findings.at(-1)?.code, spec.action.type).toBe('not_expressible');
      unable.add(spec.action.type);
    }
    for (const type of able) unable.delete(type);
    const listed = (which: string) =>
      new RegExp(`\\*\\*${name}, ${which}:\\*\\* ([^.]+)\\.`).exec(docs)?.[1]?.match(/[a-z_]+(?=`)/g) ?? [];
    expect(listed('written'), name).toEqual([...able]);
    expect(listed('refused'), name).toEqual([...unable]);
  }
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
