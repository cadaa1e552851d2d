/**
 * Traces of a made-up but realistic system, the same ones for the same seed: 22 services in layers, 8 to 30 spans a
 * trace, 10 to 20 attributes a span of low, middle and high cardinality, 2 % errors, events on errors, links at queues.
 */

export interface ShapedSpan {
  service: string;
  traceId: Buffer;
  spanId: Buffer;
  parentSpanId: Buffer;
  name: string;
  /** OTLP number: 1 internal, 2 server, 3 client, 4 producer, 5 consumer. */
  kind: number;
  startNs: bigint;
  endNs: bigint;
  error: boolean;
  attributes: [key: string, value: string | number | boolean][];
  links: { traceId: Buffer; spanId: Buffer }[];
}

export const SERVICES: readonly string[] = [
  ...['edge-gateway', 'web-bff', 'mobile-bff', 'identity', 'catalog', 'search', 'pricing', 'cart'],
  ...['checkout', 'orders', 'payments', 'fraud', 'inventory', 'warehouse', 'shipping', 'carrier-rates'],
  ...['notifications', 'email', 'recommendations', 'reviews', 'media', 'ledger'],
];
const ROUTES = [
  '/items/:id',
  '/orders',
  '/orders/:id',
  '/search',
  '/cart/:id/lines',
  '/quotes',
  '/users/:id',
  '/stock',
];
const REGIONS = ['eu-central-1', 'eu-west-1', 'us-east-1'];

/** mulberry32: small, seeded, good enough to shape data. */
export function seeded(seed: number): () => number {
  let a = seed >>> 0;
  return () => {
    a = (a + 0x6d2b79f5) >>> 0;
    let t = Math.imul(a ^ (a >>> 15), a | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

export class TraceShaper {
  readonly #random: () => number;
  #lastProducer: { traceId: Buffer; spanId: Buffer } | null = null;

  constructor(seed: number) {
    this.#random = seeded(seed);
  }

  /** One whole trace that starts at `startNs`. */
  trace(startNs: bigint): ShapedSpan[] {
    const size = 8 + this.#int(23);
    const traceId = this.#bytes(16);
    const fails = this.#random() < 0.1 ? this.#int(size) : -1;
    const spans: ShapedSpan[] = [];
    for (let i = 0; i < size; i++) {
      const parent = i === 0 ? null : (spans[this.#int(Math.min(i, 6))] ?? null);
      spans.push(this.#span(traceId, parent, i, startNs, i === fails));
    }
    return spans;
  }

  #span(
    traceId: Buffer,
    parent: ShapedSpan | null,
    index: number,
    startNs: bigint,
    error: boolean,
  ): ShapedSpan {
    const kind = parent === null ? 2 : this.#kindBelow(parent.kind);
    const service = this.#serviceOf(parent, kind);
    const route = ROUTES[this.#int(ROUTES.length)] ?? '/';
    const begins = (parent?.startNs ?? startNs) + BigInt(this.#int(400_000));
    const lasts = BigInt(Math.round(200_000 + -Math.log(1 - this.#random()) * (parent === null ? 6e7 : 8e6)));
    const span: ShapedSpan = {
      ...{ service, traceId, kind, error },
      spanId: this.#bytes(8),
      parentSpanId: parent?.spanId ?? Buffer.alloc(0),
      name:
        kind === 3 && index % 3 === 0 ? `SELECT ${service}` : `${index % 4 === 0 ? 'POST' : 'GET'} ${route}`,
      startNs: begins,
      endNs: begins + lasts,
      attributes: this.#attributes(kind, index, route, error),
      links: kind === 5 && this.#lastProducer !== null ? [this.#lastProducer] : [],
    };
    if (kind === 4) this.#lastProducer = { traceId, spanId: span.spanId };
    return span;
  }

  #kindBelow(parent: number): number {
    const roll = this.#random();
    if (parent === 3) return 2;
    if (parent === 4) return 5;
    if (roll < 0.15) return 1;
    return roll < 0.2 ? 4 : 3;
  }

  /** A server or consumer below a client or producer is another service's. */
  #serviceOf(parent: ShapedSpan | null, kind: number): string {
    if (parent === null) return SERVICES[0] ?? '';
    if (kind !== 2 && kind !== 5) return parent.service;
    return SERVICES[1 + this.#int(SERVICES.length - 1)] ?? '';
  }

  #attributes(kind: number, index: number, route: string, error: boolean): ShapedSpan['attributes'] {
    const status = error ? 503 : 200;
    const common: ShapedSpan['attributes'] = [
      ['thread.id', this.#int(16)],
      ['code.function.name', `handle${index % 12}`],
      ['k8s.namespace.name', 'shop'],
      ['k8s.pod.name', `pod-${this.#int(66)}`],
      ['k8s.node.name', `node-${this.#int(8)}`],
    ];
    // What a business says of itself stands on the spans its own code makes, and on some of those at its doors.
    if (kind === 1 || index % 5 === 0) {
      common.push(
        ['app.user.id', `user-${this.#int(20_000)}`],
        ['app.tenant', `tenant-${this.#int(40)}`],
        ['app.order.id', `ord-${String(this.#int(4_000_000)).padStart(7, '0')}`],
        ['feature.flag.new_cart', this.#random() < 0.3],
        ['app.items', 1 + this.#int(9)],
      );
    }
    if (kind === 3 && index % 3 === 0) {
      return [
        ...common,
        ['db.system.name', 'postgresql'],
        ['db.namespace', 'shop'],
        ['db.operation.name', 'SELECT'],
        ['db.query.text', `SELECT id, state, total FROM ${route.split('/')[1]} WHERE id = $1`],
        ['server.address', `db-${this.#int(4)}.internal`],
        ['server.port', 5432],
      ];
    }
    if (kind === 4 || kind === 5) {
      return [
        ...common,
        ['messaging.system', 'rabbitmq'],
        ['messaging.destination.name', `queue-${this.#int(6)}`],
        ['messaging.message.id', String(this.#int(1e15)).padStart(15, '0')],
        ['messaging.batch.message_count', 1],
      ];
    }
    return [
      ...common,
      ['http.request.method', index % 4 === 0 ? 'POST' : 'GET'],
      ['http.route', route],
      ['url.path', route.replace(':id', String(this.#int(100_000)))],
      ['url.scheme', 'http'],
      ['http.response.status_code', status],
      ['server.address', `svc-${this.#int(22)}.internal`],
      ['server.port', 8080],
      ['network.protocol.version', '1.1'],
      ['user_agent.original', `client/${1 + this.#int(5)}.${this.#int(10)}`],
      ['client.address', `10.${this.#int(4)}.${this.#int(250)}.${this.#int(250)}`],
      ['cloud.region', REGIONS[this.#int(REGIONS.length)] ?? ''],
      ['http.response.body.size', this.#int(40_000)],
    ];
  }

  #int(below: number): number {
    return Math.floor(this.#random() * below);
  }

  #bytes(size: number): Buffer {
    const out = Buffer.alloc(size);
    for (let i = 0; i < size; i += 4) out.writeUInt32LE(Math.floor(this.#random() * 4_294_967_296), i);
    return out;
  }
}
