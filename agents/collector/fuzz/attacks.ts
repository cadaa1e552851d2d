import { deflateSync, gzipSync } from 'node:zlib';
import { frame } from '../testing/grpc.ts';
import { hexId, kv, metricRequest, type SpanInit, traceRequest } from '../testing/requests.ts';
import { lengthDelimited } from '../wire/reader.ts';
import { SIGNALS, type Signal } from '../wire/signals.ts';
import { oddRequest } from './messages.ts';
import type { Random } from './random.ts';

/** One hostile request, for one of the two receivers. */
export interface Attack {
  name: string;
  over: 'http' | 'grpc';
  signal: Signal;
  headers: Record<string, string>;
  body: Uint8Array;
}

type Maker = (random: Random, signal: Signal) => Uint8Array;
const ID = hexId(7, 16);
const spans = (count: number, init: (i: number) => Partial<SpanInit>) =>
  traceRequest(
    'hostile',
    Array.from({ length: count }, (_, i) => ({
      traceId: hexId(i + 1, 16),
      spanId: hexId(i + 1, 8),
      ...init(i),
    })),
  );

function mutated(random: Random, signal: Signal): Uint8Array {
  const bytes = Buffer.from(oddRequest(signal, random, { broken: 0 }));
  for (let i = random.below(8); i >= 0 && bytes.length > 0; i--) {
    const at = random.below(bytes.length);
    if (random.chance(0.5)) bytes[at] = random.below(256);
    else bytes.copy(bytes, at, random.below(bytes.length), random.below(bytes.length));
  }
  return bytes;
}

function nested(depth: number): Uint8Array {
  let value: Uint8Array = Uint8Array.from([0x18, 1]);
  // In one buffer of its own each time, so the depth is bounded by what one has patience for.
  for (let i = 0; i < depth; i++) value = Buffer.concat(lengthDelimited(5, lengthDelimited(1, [value])));
  const attribute = lengthDelimited(9, [
    ...lengthDelimited(1, [Buffer.from('k')]),
    ...lengthDelimited(2, [value]),
  ]);
  return Buffer.concat(lengthDelimited(1, lengthDelimited(2, lengthDelimited(2, attribute))));
}

/** Years 1970 to 2262 and after, ends before starts, and many days at once. */
function timeTravel(random: Random): Uint8Array {
  const startMs = () => random.pick([0, 1, Date.now(), 4_102_444_800_000, 9_223_372_036_854, 2 ** 44]);
  return spans(1 + random.below(40), () => ({
    startMs: startMs(),
    durationMs: random.pick([0, -1, -1000, 1e9, random.below(1000)]),
  }));
}

/** Names that nobody has had before. */
function invented(random: Random): Uint8Array {
  const name = () => `${random.below(2 ** 31)}${'n'.repeat(random.pick([0, 0, 0, 190, 300]))}`;
  return spans(random.below(800), () => ({
    ...{ kind: 1 + random.below(5), name: random.pick(['GET /', name()]) },
    attributes: [
      kv(random.pick(['http.route', 'server.address', 'peer.service', 'messaging.destination.name']), name()),
      kv(random.pick(['http.request.method', 'server.port', name()]), random.pick(['GET', name()])),
    ],
  }));
}

function inventedSeries(random: Random): Uint8Array {
  const points = Array.from({ length: random.below(500) }, () => ({
    ...{
      name: random.pick(['cart.size', `m${random.below(2 ** 31)}`]),
      kind: random.pick(['sum', 'gauge'] as const),
    },
    ...{ atMs: Date.now(), value: 1, attributes: [kv('user', random.below(2 ** 31))] },
  }));
  return metricRequest('hostile', points);
}

const PROTOBUF: Record<string, Maker> = {
  'nearly right': (random, signal) =>
    oddRequest(signal, random, { broken: random.pick([0, 0, 0.001, 0.02, 0.2]) }),
  mutated,
  truncated: (random, signal) => {
    const bytes = oddRequest(signal, random, { broken: 0 });
    return bytes.subarray(0, random.below(bytes.length + 1));
  },
  noise: (random) => random.bytes(random.below(3000)),
  'two requests in one': (random, signal) =>
    Buffer.concat([oddRequest(signal, random, { broken: 0 }), oddRequest(signal, random, { broken: 0 })]),
  'another signal': (random) => oddRequest(random.pick(SIGNALS), random, { broken: 0 }),
  'deep values': (random) => nested(random.pick([10, 64, 65, 2000])),
  'the same ids': (random) =>
    spans(random.below(500), () => ({ traceId: hexId(7, 16), spanId: hexId(7, 8) })),
  'time travel': timeTravel,
  'invented names': invented,
  'invented series': inventedSeries,
  'an invented service': (random) =>
    traceRequest(`service ${random.below(2 ** 31)}`, [{ traceId: ID, spanId: ID.slice(16) }]),
};

/** Too large to be sent all the time. */
const HEAVY: Record<string, Maker> = {
  'a text of 20 MB': () => spans(1, () => ({ attributes: [kv('k', 'x'.repeat(20_000_000))] })),
  'a name of 20 MB': () => spans(1, () => ({ name: 'n'.repeat(20_000_000) })),
  'a million attributes': () => {
    const attribute = Buffer.concat(lengthDelimited(9, lengthDelimited(1, [Buffer.from('k')])));
    const ids = [...lengthDelimited(1, [Buffer.alloc(16, 1)]), ...lengthDelimited(2, [Buffer.alloc(8, 1)])];
    const span = lengthDelimited(2, [...ids, Buffer.alloc(attribute.length * 1_000_000, attribute)]);
    return Buffer.concat(lengthDelimited(1, lengthDelimited(2, span)));
  },
  'sixty thousand days': () => spans(60_000, (i) => ({ startMs: i * 86_400_000 })),
  'a hundred thousand spans': () => spans(100_000, () => ({})),
};

const JSON_BODIES: Record<string, (random: Random) => string> = {
  'JSON, cut': (random) => {
    const text = jsonRequest(random);
    return text.slice(0, random.below(text.length + 1));
  },
  'JSON, mutated': (random) => {
    const text = [...jsonRequest(random)];
    for (let i = 0; i < 4; i++)
      text[random.below(text.length)] = random.pick([...'{}[]",:0-.eE\\\u0000\ud800n']);
    return text.join('');
  },
  'JSON with odd values': jsonRequest,
  'deep JSON': (random) =>
    `{"resourceSpans":${random.pick(['[', '{"scopeSpans":[', '{"a":'])}`.repeat(random.pick([10, 5000])),
  'JSON of many values': () => `{"x":[${'[],'.repeat(3_500_000)}0]}`,
};

function jsonRequest(random: Random): string {
  const odd = () =>
    random.pick([
      ...[
        '0',
        '-0',
        '1e400',
        '-1',
        '1.5',
        '9223372036854775808',
        '"x"',
        '""',
        '"\\ud800"',
        'null',
        '[]',
        '{}',
      ],
      ...['true', '{"__proto__":1}', '"1795000000000000001"', '{"intValue":"1"}', '[null]', '[{}]'],
    ]);
  const names = ['name', 'kind', 'startTimeUnixNano', 'attributes', 'events', 'status', 'flags', 'links'];
  const fields = names.filter(() => random.chance(0.5)).map((name) => `"${name}":${odd()}`);
  const ids = `"traceId":"${hexId(1 + random.below(1e9), 16)}","spanId":"${hexId(1 + random.below(1e9), 8)}"`;
  return `{"resourceSpans":[{"scopeSpans":[{"spans":[{${[ids, ...fields].join(',')}}]}]}]}`;
}

/** What lies about its encoding or is broken below the message. */
function packed(body: Uint8Array, random: Random): { encoding: string; body: Uint8Array } {
  switch (random.below(6)) {
    case 0:
      return { encoding: 'gzip', body };
    case 1:
      return { encoding: 'gzip', body: gzipSync(body).subarray(0, random.below(60)) };
    case 2:
      return { encoding: 'zstd', body: gzipSync(body) };
    case 3:
      return { encoding: 'deflate', body: deflateSync(body) };
    case 4:
      return { encoding: random.pick(['br', 'gzip, gzip', 'ÿ'.slice(1), 'none']), body };
    default:
      return { encoding: 'gzip', body: gzipSync(body) };
  }
}

/** The next attack: most are small; one in `heavyEvery` is not. */
export function nextAttack(random: Random, heavyEvery: number): Attack {
  const signal = random.pick(SIGNALS);
  if (random.chance(0.2)) {
    const name = random.pick(Object.keys(JSON_BODIES));
    const body = Buffer.from(JSON_BODIES[name]?.(random) ?? '');
    return { name, over: 'http', signal: 'traces', headers: { 'content-type': 'application/json' }, body };
  }
  const makers = random.chance(1 / heavyEvery) ? HEAVY : PROTOBUF;
  const made = random.pick(Object.keys(makers));
  const body = makers[made]?.(random, signal) ?? new Uint8Array();
  const lies = random.chance(0.2) ? packed(body, random) : null;
  const name = lies === null ? made : `${made} in ${lies.encoding}`;
  if (random.chance(0.5)) {
    const headers = {
      'content-type': 'application/x-protobuf',
      ...(lies && { 'content-encoding': lies.encoding }),
    };
    return { name, over: 'http', signal, headers, body: lies?.body ?? body };
  }
  const headers = lies === null ? {} : { 'grpc-encoding': lies.encoding };
  const framed = frame(lies?.body ?? body, lies !== null);
  return {
    name,
    over: 'grpc',
    signal,
    headers,
    body: random.chance(0.1) ? mutatedFrame(framed, random) : framed,
  };
}

/** The five bytes before the message say something else. */
function mutatedFrame(framed: Buffer, random: Random): Buffer {
  framed[random.below(5)] = random.below(256);
  return framed;
}
