import { FaultSpec } from '@stormglass/agents/contract';
import { describe, expect, it } from 'vitest';
import { FileRefused } from '../../documents/index.ts';
import type { FindingCode } from '../findings.ts';
import { type ImportOptions, importIstio } from './index.ts';

const OPTIONS: ImportOptions = { callers: [], services: new Map(), durationMs: 30_000 };
const HOST = 'payments.shop.svc.cluster.local';
const ROUTE = `route: [{ destination: { host: ${HOST} } }]`;

/** A VirtualService with one route, whose other fields are given. */
const virtualService = (http: string, spec = '') => `apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: payments, namespace: shop }
spec:
  hosts: [${HOST}]
  ${spec}
  http:
    - ${http}
      ${ROUTE}
`;
const destinationRule = (policy: string) => `apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: { name: payments }
spec:
  host: ${HOST}
  trafficPolicy: ${policy}
`;
const DELAY = 'fault: { delay: { percentage: { value: 50 }, fixedDelay: 3.5s } }';

const codesOf = (text: string): FindingCode[] => importIstio(text, OPTIONS).findings.map(({ code }) => code);

describe('an Istio fault', () => {
  it('is a fault of ours: delay as latency, abort as error, on the callee', () => {
    const text = virtualService(
      'fault: { delay: { percentage: { value: 50 }, fixedDelay: 3.5s }, abort: { percentage: { value: 10 }, httpStatus: 503 } }',
    );
    const { faults, findings } = importIstio(text, OPTIONS);
    const target = { kind: 'service', service: 'payments' };
    expect(faults).toEqual([
      FaultSpec.parse({
        ...{
          action: { type: 'latency', ms: 3500 },
          target,
          selector: { percentage: 50 },
          durationMs: 30_000,
        },
        reason: 'Istio VirtualService payments',
      }),
      FaultSpec.parse({
        ...{
          action: { type: 'error', status: 503 },
          target,
          selector: { percentage: 10 },
          durationMs: 30_000,
        },
        reason: 'Istio VirtualService payments',
      }),
    ]);
    expect(findings.map(({ code, severity }) => [code, severity])).toEqual([
      ['fault_ends', 'info'],
      ['caller_unknown', 'info'],
    ]);
  });

  it('is on the edges of the callers, by option or by the label app, for each match', () => {
    const text = virtualService(
      `match: [{ uri: { exact: /charges }, method: { exact: POST }, sourceLabels: { app: orders } }, { uri: { exact: /refunds } }]\n      ${DELAY}`,
    );
    const { faults } = importIstio(text, { ...OPTIONS, callers: ['gateway'] });
    expect(faults.map(({ target, selector }) => [target, selector])).toEqual([
      [
        { kind: 'edge', from: 'orders', to: 'payments' },
        { route: '/charges', method: 'POST', percentage: 50 },
      ],
      [
        { kind: 'edge', from: 'gateway', to: 'payments' },
        { route: '/refunds', percentage: 50 },
      ],
    ]);
  });

  it('is of calls with a header: of that value, or with any', () => {
    const headersOf = (match: string) =>
      importIstio(virtualService(`match: [${match}]\n      ${DELAY}`), OPTIONS).faults.map(
        ({ selector }) => selector.header,
      );
    expect(headersOf('{ headers: { end-user: { exact: jason } } }')).toEqual([
      { name: 'end-user', value: 'jason' },
    ]);
    expect(headersOf('{ headers: { x-canary: {} }, uri: { exact: /charges } }')).toEqual([
      { name: 'x-canary' },
    ]);
  });

  it('has the name that is given for its host, else the first part of one in the cluster', () => {
    const named = (host: string, services = new Map<string, string>()) => {
      const text = virtualService(DELAY).replaceAll(HOST, host);
      const [fault] = importIstio(text, { ...OPTIONS, services }).faults;
      return fault?.target.kind === 'service' ? fault.target.service : null;
    };
    expect(named('payments')).toBe('payments');
    expect(named('api.bank.example')).toBe('api.bank.example');
    expect(named(HOST, new Map([[HOST, 'pay']]))).toBe('pay');
  });

  it('that would hurt other calls than it names is not taken over', () => {
    const matches = [
      ...['{ uri: { prefix: /c } }', '{ uri: { regex: .* } }', '{ headers: { x: { prefix: y } } }'],
      ...['{ headers: { x: { regex: y } } }', '{ headers: { x: { exact: y }, z: {} } }'],
      ...['{ headers: { method: { exact: GET } } }', '{ withoutHeaders: { x: { exact: y } } }'],
      ...['{ queryParams: { a: { exact: b } } }', '{ sourceLabels: { version: v1 } }', '{ port: 80 }'],
    ];
    for (const match of matches) {
      const { faults, findings } = importIstio(virtualService(`match: [${match}]\n      ${DELAY}`), OPTIONS);
      expect(faults, match).toEqual([]);
      expect(findings[0], match).toMatchObject({ code: 'match_not_expressible', severity: 'error' });
    }
  });
});

describe('the linter of Istio files', () => {
  const percentage = (value: string) => virtualService(`fault: { delay: { ${value}, fixedDelay: 1s } }`);
  const CASES: [FindingCode, string][] = [
    ['percentage_below_one', percentage('percentage: { value: 0.1 }')],
    ['percentage_zero', percentage('percentage: { value: 0 }')],
    ['percentage_missing', virtualService('fault: { delay: { fixedDelay: 1s } }')],
    ['deprecated_field', percentage('percent: 10')],
    ['deprecated_field', virtualService('mirrorPercent: 10')],
    ['deprecated_field', destinationRule('{ outlierDetection: { consecutiveErrors: 3 } }')],
    ['fault_disables_retries', virtualService(`retries: { attempts: 3 }\n      ${DELAY}`)],
    ['fault_disables_retries', virtualService(`timeout: 2s\n      ${DELAY}`)],
    ['fault_empty', virtualService('fault: {}')],
    [
      'unsupported_field',
      virtualService('fault: { abort: { http2Error: NO_ERROR, percentage: { value: 5 } } }'),
    ],
    ['hosts_missing', virtualService('timeout: 1s').replace(`hosts: [${HOST}]`, 'hosts: []')],
    ['hosts_missing', virtualService('timeout: 1s').replace(`{ host: ${HOST} }`, '{ subset: v1 }')],
    ['hosts_missing', destinationRule('{}').replace(`host: ${HOST}`, 'exportTo: [.]')],
    ['host_unqualified', virtualService('timeout: 1s').replaceAll(HOST, 'payments')],
    ['host_twice', `${virtualService('timeout: 1s')}---\n${virtualService('timeout: 1s')}`],
    ['gateways_without_mesh', virtualService('timeout: 1s', 'gateways: [public]')],
    ['route_unreachable', virtualService(`${ROUTE}\n    - timeout: 1s`)],
    [
      'earlier_routes_excluded',
      virtualService(`match: [{ uri: { exact: /a } }]\n      ${ROUTE}\n    - ${DELAY}`),
    ],
    [
      'retries_beyond_timeout',
      virtualService('timeout: 2s\n      retries: { attempts: 3, perTryTimeout: 1s }'),
    ],
    ['retry_condition_unknown', virtualService('retries: { attempts: 1, retryOn: "5xx,timeout" }')],
    ['outlier_off', destinationRule('{ outlierDetection: { consecutive5xxErrors: 0 } }')],
    ['unknown_field', virtualService('timeOut: 1s')],
    ['kind_ignored', 'apiVersion: v1\nkind: Service\nmetadata: { name: a }\nspec: {}'],
    [
      'abort_not_expressible',
      virtualService('fault: { abort: { grpcStatus: UNAVAILABLE, percentage: { value: 9 } } }'),
    ],
    ['setting_not_expressible', destinationRule('{ connectionPool: { http: { maxRetries: 3 } } }')],
    ['setting_out_of_range', virtualService('timeout: 1h')],
    [
      'subset_undefined',
      `${virtualService('timeout: 1s').replace(`{ host: ${HOST} }`, `{ host: ${HOST}, subset: v2 }`)}---\n${destinationRule('{}')}`,
    ],
  ];
  it.each(CASES)('says %s', (code, text) => {
    expect(codesOf(text)).toContain(code);
  });

  it('says nothing of a rule that is right, and tells field, line and next step otherwise', () => {
    expect(codesOf(virtualService('timeout: 1s\n      retries: { attempts: 1, retryOn: "5xx" }'))).toEqual([
      ...['meaning_differs', 'meaning_differs'],
    ]);
    const [first] = importIstio(percentage('percentage: { value: 0.1 }'), OPTIONS).findings;
    expect(first).toEqual({
      ...{ code: 'percentage_below_one', severity: 'warning', resource: 'VirtualService payments' },
      ...{ path: 'spec.http[0].fault.delay.percentage.value', line: 8 },
      message: '0.1 means 0.1 %, one request in 1,000, not 10 %',
      next: 'Write 10 for ten percent, 100 for every request.',
    });
  });

  it('reads a List of Kubernetes, and names the item', () => {
    const item = percentage('percentage: { value: 0.1 }').replace(/^/gm, '    ').replace('   ', '  -');
    const [first] = importIstio(`apiVersion: v1\nkind: List\nitems:\n${item}`, OPTIONS).findings;
    expect(first?.path).toBe('items[0].spec.http[0].fault.delay.percentage.value');
  });
});

describe('Istio policies', () => {
  it('are settings of the callers for the peer', () => {
    const text = `${virtualService('timeout: 5s\n      retries: { attempts: 2, perTryTimeout: 2s, backoff: 50ms }')}---
${destinationRule(`{ connectionPool: { tcp: { maxConnections: 20 }, http: { http2MaxRequests: 40, http1MaxPendingRequests: 10 } },
    outlierDetection: { consecutive5xxErrors: 7, baseEjectionTime: 1m, maxEjectionPercent: 50 } }`)}`;
    const { policies } = importIstio(text, { ...OPTIONS, callers: ['orders'] });
    expect(policies).toEqual([
      {
        ...{ callers: ['orders'], origin: 'VirtualService payments' },
        change: {
          ...{ kind: 'peer', name: 'payments' },
          settings: { timeoutMs: 2000, retryTimeLimits: 2, retries: 2, retryBaseMs: 50 },
        },
      },
      {
        ...{ callers: ['orders'], origin: 'DestinationRule payments' },
        change: {
          ...{ kind: 'peer', name: 'payments' },
          settings: {
            ...{ maxConnections: 20, bulkheadSlots: 40, bulkheadLine: 10 },
            ...{ outlierErrors: 7, outlierEjectionMs: 60_000, outlierMaxPercent: 50 },
          },
        },
      },
    ]);
  });
});

describe('what is no Istio file', () => {
  const BAD: [string, string, object][] = [
    ['empty text', '', { code: 'missing', path: 'the file' }],
    ['no YAML', 'a: [', { code: 'syntax' }],
    ['no resource', 'a: 1', { code: 'missing', path: 'apiVersion' }],
    [
      'no spec',
      'apiVersion: networking.istio.io/v1\nkind: VirtualService',
      { code: 'missing', path: 'spec' },
    ],
    ['a share over 100', virtualService(DELAY).replace('50', '150'), { code: 'out_of_range', line: 8 }],
    [
      'a delay that is no duration',
      virtualService(DELAY).replace('3.5s', 'soon'),
      { code: 'meaningless', line: 8 },
    ],
  ];
  it.each(BAD)('%s is refused with code, field and next step', (_, text, problem) => {
    let refused: unknown;
    try {
      importIstio(text, OPTIONS);
    } catch (error) {
      refused = error;
    }
    if (!(refused instanceof FileRefused)) throw new Error('it was accepted');
    expect(refused.problems).toContainEqual(expect.objectContaining(problem));
    expect(refused.next).toBe('Correct the file and load it again.');
  });
});
