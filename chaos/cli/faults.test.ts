import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { TinyDashboard } from './testing/tiny-dashboard.ts';
import { type } from './testing/type.ts';

let folder = '';
let tiny = new TinyDashboard({});
let url = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'stormglass-cli-'));
  tiny = new TinyDashboard({});
  url = await tiny.listen();
});
afterEach(async () => {
  await tiny.close();
  await rm(folder, { recursive: true });
});

const LATENCY = ['--type', 'latency', '--target', 'payments', '--set', 'ms=3500', '--route', '/charges'];

async function file(name: string, text: string): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, text);
  return path;
}

const faultsOf = async () => JSON.parse((await type(['faults', 'list', '--url', url, '--json'])).out).faults;

describe('stormglass faults', () => {
  it('arms one by options, lists it, and says how its end was read back', async () => {
    const options = ['--percentage', '80', '--duration', '20s', '--method', 'post', '--reason', 'why'];
    const armed = await type(['faults', 'arm', ...LATENCY, ...options, '--url', url]);
    expect([armed.code, armed.out]).toEqual([0, expect.stringMatching(/^f-1 {2}Latency on payments POST/)]);
    const [fault] = await faultsOf();
    expect(fault.spec).toMatchObject({
      ...{ action: { type: 'latency', ms: 3500 }, target: { kind: 'service', service: 'payments' } },
      ...{
        selector: { route: '/charges', method: 'POST', percentage: 80 },
        durationMs: 20_000,
        reason: 'why',
      },
    });
    const listed = (await type(['faults', 'list', '--url', url])).out;
    expect(listed).toMatch(/f-1 {2}ends in 20 s {2}0 injected {2}command line {2}Latency/);
    const released = await type(['faults', 'release', 'f-1', '--url', url]);
    expect([released.code, released.out]).toEqual([0, 'f-1: released\n  seam empty, 3 injected\n']);
  });

  it('arms all of a file, and only resolves them in a dry run', async () => {
    const path = await file(
      'faults.yaml',
      `faults:
  - { action: { type: hang }, target: { kind: edge, from: orders, to: payments } }
  - { action: { type: process_pause }, target: { kind: process, service: payments } }
`,
    );
    const dry = await type(['faults', 'arm', path, '--dry', '--url', url]);
    expect(dry.out).toContain('Hang on orders to payments: would be armed on payments (payments-1)');
    expect(await faultsOf()).toEqual([]);
    await type(['faults', 'arm', path, '--url', url]);
    expect((await faultsOf()).map(({ faultId }: { faultId: string }) => faultId)).toEqual(['f-1', 'f-2']);
  });

  it('releases those that were armed when a later one of a file is refused', async () => {
    const path = await file(
      'faults.yaml',
      `- { action: { type: hang }, target: { kind: service, service: payments } }
- { action: { type: hang }, target: { kind: service, service: nobody } }
`,
    );
    const { code, err } = await type(['faults', 'arm', path, '--url', url]);
    expect([code, err]).toEqual([69, 'no agent of nobody is connected\nStart it.\n']);
    expect(tiny.calls).toEqual(['POST /api/faults', 'POST /api/faults', 'DELETE /api/faults/f-1']);
  });

  it('understands each way to write a target', async () => {
    const targets = {
      'orders->payments': { kind: 'edge', from: 'orders', to: 'payments' },
      'service:orders@2': { kind: 'service', service: 'orders', instance: '2' },
      '{kind: service, service: x}': { kind: 'service', service: 'x' },
    };
    for (const [text, target] of Object.entries(targets)) {
      const { out } = await type([
        'faults',
        'export',
        '--as',
        'istio',
        '--type',
        'error',
        '--target',
        text,
        '--json',
      ]);
      const { findings } = JSON.parse(out);
      expect(findings.length > 0, text).toBe(true);
      await type(['faults', 'arm', '--type', 'error', '--target', text, '--url', url]);
      expect((await faultsOf()).at(-1).spec.target).toEqual(target);
    }
    const stop = ['--type', 'consumer_stop', '--target', 'consumer:shipping/orders/eu', '--url', url];
    await type(['faults', 'arm', ...stop]);
    expect((await faultsOf()).at(-1).spec.target).toEqual({
      ...{ kind: 'consumer', service: 'shipping', queue: 'orders/eu' },
    });
  });

  const BAD: [string, string, object][] = [
    ['no YAML', 'a: [', { code: 'syntax', path: 'the file' }],
    ['nothing in it', '[]', { code: 'missing', path: 'the file' }],
    ['a missing field', 'target: {kind: service, service: a}', { code: 'missing', path: 'action' }],
    [
      'a misspelt field',
      'action: {type: hang}\ntarget: {kind: service, service: a}\npercentage: 3',
      { code: 'unknown_field', path: 'percentage', line: 3 },
    ],
    [
      'a value out of bounds',
      'faults:\n- action: {type: error, status: 99}\n  target: {kind: service, service: a}',
      {
        code: 'out_of_range',
        path: 'faults[0].action.status',
        line: 2,
        message: 'is 99; write at least 400',
      },
    ],
    [
      'a fault that its target cannot have',
      'action: {type: process_kill}\ntarget: {kind: service, service: a}',
      { code: 'meaningless', message: 'process_kill applies to process, not to service' },
    ],
    [
      'aliases that multiply',
      `a: &a [x,x,x,x,x,x,x,x,x]\n${'bcdefgh'.replace(/./g, (c) => `${c}: &${c} [${`*${String.fromCharCode(c.charCodeAt(0) - 1)},`.repeat(9)}]\n`)}`,
      { code: 'syntax' },
    ],
  ];
  it.each(BAD)(
    'refuses a file with %s: code, field, line, what is expected, next step',
    async (_, text, problem) => {
      const path = await file('bad.yaml', text);
      const { code, err } = await type(['faults', 'arm', path, '--url', url, '--json']);
      expect(code).toBe(9);
      expect(JSON.parse(err).error.problems).toContainEqual(expect.objectContaining(problem));
      expect(JSON.parse(err).error.problems[0].next).toMatch(/\.$/);
      expect(await faultsOf()).toEqual([]);
    },
  );
});

describe('stormglass faults export', () => {
  it('writes manifests, and says what the other tool cannot do', async () => {
    const { code, out, err } = await type(['faults', 'export', '--as', 'istio', ...LATENCY]);
    expect(code).toBe(0);
    expect(parse(out)).toMatchObject({ kind: 'VirtualService', spec: { hosts: ['payments'] } });
    expect(err).toContain('warning no_end');
    const refused = await type(['faults', 'export', '--as', 'chaos-mesh', ...LATENCY, '--percentage', '50']);
    expect([refused.code, refused.out]).toEqual([1, '']);
    expect(refused.err).toContain('error not_expressible');
  });

  it('takes a fault which the dashboard knows, and writes a file', async () => {
    await type(['faults', 'arm', ...LATENCY, '--url', url]);
    const output = join(folder, 'chaos.yaml');
    const line = [
      'faults',
      'export',
      '--as',
      'chaos-mesh',
      '--fault',
      'f-1',
      '--output',
      output,
      '--url',
      url,
    ];
    expect((await type(line)).code).toBe(0);
    const [manifest] = parseAllDocuments(await readFile(output, 'utf8')).map((one) => one.toJS());
    expect(manifest).toMatchObject({ kind: 'HTTPChaos', spec: { delay: '3500ms', path: '/charges' } });
  });
});

const ISTIO = `apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: payments }
spec:
  hosts: [payments.shop.svc.cluster.local]
  http:
    - fault: { delay: { percentage: { value: 0.1 }, fixedDelay: 2s } }
      retries: { attempts: 2, perTryTimeout: 1s }
      route: [{ destination: { host: payments.shop.svc.cluster.local } }]
`;

describe('stormglass import istio', () => {
  it('writes a file that faults arm takes, and sets policies at the callers', async () => {
    const path = await file('istio.yaml', ISTIO);
    const output = join(folder, 'ours.yaml');
    const line = ['import', 'istio', path, '--from', 'orders', '--apply', '--output', output, '--url', url];
    const { code, err } = await type(line);
    expect(code).toBe(0);
    expect(err).toMatch(/warning percentage_below_one: VirtualService payments, spec.http\[0].+\(line 7\)/);
    expect(err).toContain('set at orders (orders-1): how it calls payments');
    expect(tiny.settings).toEqual([
      { kind: 'peer', name: 'payments', settings: { timeoutMs: 1000, retries: 2 } },
    ]);
    expect((await type(['faults', 'arm', output, '--url', url])).code).toBe(0);
    expect((await faultsOf())[0].spec).toMatchObject({
      ...{ action: { type: 'latency', ms: 2000 }, target: { kind: 'edge', from: 'orders', to: 'payments' } },
      selector: { percentage: 0.1 },
    });
  });

  it('is a linter with --lint: nothing on stdout, and 1 when somebody should mend something', async () => {
    const path = await file('istio.yaml', ISTIO);
    expect(await type(['import', 'istio', path, '--lint'])).toMatchObject({ code: 1, out: '' });
    expect((await type(['import', 'istio', path, '--apply'])).err).toContain('--apply wants --from');
    const bad = await type(['import', 'istio', await file('bad.yaml', ISTIO.replace('2s', '2')), '--json']);
    expect(bad.code).toBe(9);
    expect(JSON.parse(bad.err).error.problems[0]).toMatchObject({
      ...{ code: 'wrong_type', path: 'spec.http[0].fault.delay.fixedDelay', line: 7 },
      message: 'is 2; write a string',
    });
  });
});
