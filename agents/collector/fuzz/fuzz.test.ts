import { request as httpRequest } from 'node:http';
import { connect } from 'node:http2';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventually, SECRET, TestCollector } from '../testing/collector.ts';
import { EXPORT_PATH, frame, GrpcWire } from '../testing/grpc.ts';
import { hexId, post, traceRequest } from '../testing/requests.ts';
import { type Attack, nextAttack } from './attacks.ts';
import { Random } from './random.ts';

/** `npm run campaign -- fuzz` asks for more time and another seed. */
const SECONDS = Number(process.env.STORMGLASS_FUZZ_SECONDS ?? 15);
const SEED = Number(process.env.STORMGLASS_FUZZ_SEED ?? 1);
const ATTACKS_PER_ROUND = 25;
const HEAVY_EVERY = 150;

const HTTP_ALLOWED = new Set([200, 400, 413, 415, 429]);
/** OK, INVALID_ARGUMENT, RESOURCE_EXHAUSTED, UNIMPLEMENTED (an unknown compression), UNAVAILABLE. */
const GRPC_ALLOWED = new Set([0, 3, 8, 12, 14]);
const KEPT_DAYS = 30;
const IN_FLIGHT = 64 * 1024 * 1024;
/** The engine's own limit, the bodies in memory with what is made of them, and the process itself. */
const MAX_RSS = 629_145_600 + 6 * IN_FLIGHT + 500_000_000;

let collector: TestCollector;
let wire: GrpcWire;
const listening = new AbortController();

const MEMORY_LIMIT_EXCEEDED = 241;

/** What the engine said to each load that failed. */
function failedLoads(): unknown[] {
  const lines = collector.output.split('\n').filter((line) => line.includes('segment could not be loaded'));
  return lines.map((line) => (JSON.parse(line) as { err: { clickhouseCode?: number } }).err.clickhouseCode);
}

/**
 * Reads the live stream, so that the live mapping sees every request too. Who does not read a line of 20 MB fast enough is
 * cut off and comes back.
 */
async function listen(): Promise<void> {
  while (!listening.signal.aborted) {
    await fetch(`${collector.store}/live`, {
      headers: { 'x-clickhouse-key': SECRET },
      signal: listening.signal,
    })
      .then((response) => response.body?.pipeTo(new WritableStream()))
      .catch(() => undefined);
  }
}

beforeAll(async () => {
  collector = await TestCollector.start({
    COLLECTOR_MAX_REQUEST_BYTES: String(IN_FLIGHT / 2),
    COLLECTOR_MAX_IN_FLIGHT_BYTES: String(IN_FLIGHT),
    COLLECTOR_KEEP_DAYS: String(KEPT_DAYS),
  });
  wire = new GrpcWire(collector.ports.grpc);
  void listen();
});
afterAll(async () => {
  listening.abort();
  wire.close();
  await collector.dispose();
});

/** Sends half of it and goes away. */
function leave({ over, signal, headers, body }: Attack): void {
  if (over === 'grpc') {
    const session = connect(`http://127.0.0.1:${collector.ports.grpc}`);
    session.on('error', () => undefined);
    const asked = {
      ':method': 'POST',
      ':path': EXPORT_PATH[signal],
      'content-type': 'application/grpc',
      ...headers,
    };
    const stream = session.request(asked);
    stream.on('error', () => undefined);
    stream.write(body.subarray(0, body.length / 2), () => session.destroy());
    return;
  }
  const request = httpRequest(`${collector.otlp}/v1/${signal}`, { method: 'POST', headers });
  request.on('error', () => undefined);
  request.write(Buffer.concat([body.subarray(0, body.length / 2), Buffer.from('x')]), () =>
    request.destroy(),
  );
}

/** The status of an answer when it is not allowed, else null. A connection that is lost is never allowed. */
async function forbidden({ over, signal, headers, body }: Attack): Promise<string | null> {
  if (over === 'grpc') {
    const { code, httpStatus, reset } = await wire.call(EXPORT_PATH[signal], body, headers);
    return code !== null && GRPC_ALLOWED.has(code)
      ? null
      : `gRPC ${code}, HTTP ${httpStatus}, reset ${reset}`;
  }
  const response = await post(collector.otlp, signal, body, headers);
  await response.arrayBuffer();
  return HTTP_ALLOWED.has(response.status) ? null : `HTTP ${response.status}`;
}

let neighbours = 0;
/** A valid span, sent among the attacks by turns over both receivers; whether it was taken. */
async function neighbour(): Promise<boolean> {
  neighbours += 1;
  const body = traceRequest('neighbour', [{ traceId: hexId(neighbours, 16), spanId: hexId(neighbours, 8) }]);
  if (neighbours % 2 === 0) return (await post(collector.otlp, 'traces', body)).status === 200;
  return (await wire.call(EXPORT_PATH.traces, frame(body))).code === 0;
}

const storedNeighbours = async () => {
  const rows = await collector.rows<{ n: number; spans: number }>(
    `SELECT count() AS n, uniqExact(SpanId) AS spans FROM otel_traces WHERE ServiceName = 'neighbour'`,
  );
  return { rows: Number(rows[0]?.n), spans: Number(rows[0]?.spans) };
};

/** Whatever was invented: so many names of a service, services and days, and a bucket for each kind of name. */
async function expectBounds(): Promise<void> {
  const [most] = await collector.rows<Record<'services' | 'operations' | 'peers' | 'days', number>>(
    `SELECT toUInt32(uniqExact(Service)) AS services, toUInt32(max(Operations)) AS operations, toUInt32(max(Peers)) AS peers,
      (SELECT toUInt32(max(n)) FROM (SELECT uniqExact(partition) AS n FROM system.parts WHERE active GROUP BY table)) AS days
     FROM (SELECT Service, uniqExactIf(Operation, Kind = 'server') AS Operations, uniqExactIf(Peer, Kind != 'server') AS Peers
       FROM stormglass_traffic GROUP BY Service)`,
  );
  expect(most?.services).toBeLessThanOrEqual(1001);
  expect(most?.operations).toBeLessThanOrEqual(501);
  expect(most?.peers).toBeLessThanOrEqual(201);
  expect(most?.days).toBeLessThanOrEqual(KEPT_DAYS + 2);
}

test(`no request crashes it, blocks it, fills its memory or takes others with it (seed ${SEED}, ${SECONDS} s)`, {
  timeout: (SECONDS + 180) * 1000,
}, async () => {
  const random = new Random(SEED);
  const { pid } = collector;
  const until = performance.now() + SECONDS * 1000;
  const complaints: string[] = [];
  let highest = 0;
  let attacks = 0;
  let taken = 0;
  while (performance.now() < until) {
    const round = Array.from({ length: ATTACKS_PER_ROUND }, () => nextAttack(random, HEAVY_EVERY));
    attacks += round.length;
    const answers = round.map(async (attack) => {
      const problem = await forbidden(attack).catch((cause: unknown) => String(cause));
      if (problem !== null) complaints.push(`${attack.over} ${attack.name}: ${problem}`);
    });
    if (random.chance(0.3)) leave(nextAttack(random, HEAVY_EVERY));
    const meanwhile = neighbour();
    await Promise.all(answers);
    if (await meanwhile) taken += 1;
    // After each round a valid request is answered at once and stored.
    expect(await neighbour()).toBe(true);
    taken += 1;
    await eventually(`neighbour ${neighbours}`, async () =>
      (await storedNeighbours()).spans === taken ? true : null,
    );
    highest = Math.max(highest, (await collector.stats()).rssBytes);
  }
  expect(complaints).toEqual([]);
  expect(attacks).toBeGreaterThan(ATTACKS_PER_ROUND);
  expect(collector.pid).toBe(pid);
  expect(highest).toBeLessThan(MAX_RSS);

  await eventually('an empty spool', async () => ((await collector.stats()).spoolBytes === 0 ? true : null));
  expect(await storedNeighbours()).toEqual({ rows: taken, spans: taken });
  await expectBounds();
  // Whatever was acknowledged could be stored; a load may have had to wait for memory.
  expect(await collector.stats()).toMatchObject({ quarantined: 0, inFlightBytes: 0 });
  expect(failedLoads().filter((code) => code !== MEMORY_LIMIT_EXCEEDED)).toEqual([]);
});
