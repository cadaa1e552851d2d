import {
  emptyTimeline,
  FaultSpec,
  sketchIndex,
  type Timeline,
  type TrafficCell,
} from '@stormglass/agents/contract';
import { proveBreakers } from '@stormglass/chaos/breaker-proof';
import { SliQuery } from '@stormglass/chaos/contract';
import { computeRecovery, type RecoveryInput } from '@stormglass/chaos/recovery';
import { median, percentile, report } from './figure.ts';

/**
 * What recovery costs over a run of ten minutes with three minutes of baseline before it: a shop of fourteen services
 * with eight operations or edges each, a breaker for every two of them, six queues and ten sagas a second. Everything
 * is computed anew each time, as it is each second while a run goes on.
 */
const RUN_S = 600;
const BASELINE_S = 180;
const SERVICES = 14;
const KEYS = 8;
const QUEUES = 6;
const SAGAS_PER_SECOND = 10;
const ROUNDS = 40;
const T = 1_700_000_000_000;

const seconds = (length: number) => Array.from({ length }, (_, index) => index);
const hurt = (at: number) => at >= BASELINE_S && at < BASELINE_S + 120;

function cellsOf(at: number): TrafficCell[] {
  return seconds(SERVICES).flatMap((service) =>
    seconds(KEYS).map((key): TrafficCell => {
      const server = key < KEYS / 2;
      const bad = hurt(at) && service < 4;
      const calls = 20 + ((at + key) % 7);
      return {
        ...{ second: T / 1000 + at, kind: server ? 'server' : 'client', service: `service-${service}` },
        ...{
          peer: server ? '' : `service-${(service + key) % SERVICES}`,
          operation: server ? `GET /${key}` : '',
        },
        ...{ calls, errors: bad ? calls - 4 : 0, receipts: bad && service === 0 ? calls - 4 : 0 },
        // Durations spread over some twenty buckets, as real ones do.
        durations: seconds(20).map((bucket): [number, number] => [sketchIndex(5) + bucket, 1]),
      };
    }),
  );
}

function samplesOf(at: number): Pick<Timeline, 'breakers' | 'queues' | 'sagas' | 'invariants'> {
  const when = T + at * 1000;
  const breaker = {
    success: 20,
    failure: 0,
    timeout: 0,
    rejected: 0,
    failureRatio: 0,
    resetRemainingMs: null,
  };
  const queue = {
    delayed: 0,
    inFlight: 2,
    dead: 0,
    oldestAgeMs: 10,
    enqueued: 20,
    dequeued: 20,
    redelivered: 0,
  };
  const sagaOf = (n: number, event: string, outcome: string) => ({
    ...{ at: when + n * 90, event, sagaId: `saga-${at}-${n}`, type: 'create-order', mode: 'orchestrated' },
    ...{
      service: 'orders',
      orderId: '',
      step: '',
      kind: '' as const,
      attempt: 1,
      epoch: 1,
      owner: '',
      key: '',
    },
    ...{ outcome, detail: '', traceId: '' },
  });
  return {
    breakers: seconds(SERVICES / 2).map((n) => ({
      ...{
        at: when,
        service: `service-${n}`,
        instance: `service-${n}-1`,
        name: 'peer',
        peer: `service-${n + 1}`,
      },
      ...{ ...breaker, state: 'closed' as const, threshold: 0.5, volume: 10 },
    })),
    queues: seconds(QUEUES).map((n) => ({
      ...{
        at: when,
        system: 'bullmq',
        queue: `queue-${n}`,
        ready: hurt(at) ? at - BASELINE_S : 2,
        consumers: 1,
        paused: null,
      },
      ...queue,
    })),
    sagas: seconds(SAGAS_PER_SECOND).flatMap((n) => [
      sagaOf(n, 'started', ''),
      ...seconds(4).map(() => sagaOf(n, 'step_completed', '')),
      sagaOf(n, 'completed', 'confirmed'),
    ]),
    invariants: seconds(14).map((n) => ({
      at: when,
      service: 'auditor',
      id: `I${n}`,
      status: 'ok' as const,
    })),
  };
}

function world(): RecoveryInput {
  const timeline = emptyTimeline();
  for (const at of seconds(BASELINE_S + RUN_S)) {
    timeline.traffic.push(...cellsOf(at));
    const { breakers, queues, sagas, invariants } = samplesOf(at);
    timeline.breakers.push(...breakers);
    timeline.queues.push(...queues);
    timeline.sagas.push(...sagas);
    timeline.invariants.push(...invariants);
  }
  const armedAt = T + BASELINE_S * 1000;
  const spec = FaultSpec.parse({
    action: { type: 'error' },
    target: { kind: 'service', service: 'service-0' },
  });
  const fault: Timeline['faults'][number] = {
    ...{ faultId: 'f', runId: 'r', owner: 'bench', spec, armedAt, expiresAt: armedAt + 120_000 },
    ...{ firstEffectAt: armedAt + 50, endedAt: armedAt + 120_000, endReason: 'completed', readBack: 'empty' },
    ...{ reverted: true, injections: 1_000 },
  };
  timeline.faults.push(fault);
  return {
    ...{ timeline, faults: [fault], baseline: { from: T, to: armedAt }, dwellMs: 3_000 },
    sli: SliQuery.parse({ service: 'service-0', metric: 'good_rate' }),
    now: T + (BASELINE_S + RUN_S) * 1000,
  };
}

interface Times {
  wall: number[];
  /** Of this process: what the machine's other work does not lengthen much. */
  cpu: number[];
}

function timed(work: () => void): Times {
  const times: Times = { wall: [], cpu: [] };
  for (let round = 0; round < ROUNDS; round++) {
    const began = performance.now();
    const cpu = process.cpuUsage();
    work();
    const { user, system } = process.cpuUsage(cpu);
    times.wall.push(performance.now() - began);
    times.cpu.push((user + system) / 1000);
  }
  return times;
}

export async function run(): Promise<void> {
  const input = world();
  const { timeline, baseline, now } = input;
  const params = {
    cells: timeline.traffic.length,
    sagaEvents: timeline.sagas.length,
    seconds: RUN_S + BASELINE_S,
  };
  const show = (figure: string, { wall, cpu }: Times, goal: string | null) => {
    const row = (what: string, value: number, aim: string | null) =>
      report({ bench: 'recovery', figure: `${figure}, ${what}`, value, unit: 'ms', goal: aim, params });
    // Nothing is compiled then: the worst a run's page ever waits.
    row('the first time', wall[0] ?? 0, goal);
    row('p50', median(wall), goal);
    row('p95', percentile(wall, 0.95), goal);
    row('the first time, CPU time', cpu[0] ?? 0, null);
    row('p50, CPU time', median(cpu), null);
  };
  show(
    'recovery of a run of ten minutes',
    timed(() => {
      const recovery = computeRecovery(input);
      if (recovery.t4 === null) throw new Error(`the incident has no end: ${recovery.recover.inputs}`);
    }),
    '<= 300',
  );
  const range = { from: baseline.to, to: now };
  show(
    'breaker proof of the same',
    timed(() => proveBreakers({ timeline, baseline, ...range })),
    null,
  );
}
