import { originOf } from '../live/resource.ts';
import { lengthDelimited, WireReader } from '../wire/reader.ts';
import { rewriteFields } from '../wire/rewrite.ts';
import { mix, SEED } from './fingerprint.ts';
import { Known, Room } from './known.ts';

/** Sets of attributes of one metric of one service, over all its instances: OpenTelemetry's own limit for one instance. */
const MAX_SERIES = 2000;
const MAX_METRICS = 5000;
/** Over all metrics: 20 MB. */
const MAX_ALL_SERIES = 200_000;
const MAX_LETTERS = 250;

/** What OpenTelemetry's SDKs put in place of the attributes that are too many: `otel.metric.overflow = true`. */
const OVERFLOW_ATTRIBUTE = [
  ...lengthDelimited(1, [Buffer.from('otel.metric.overflow')]),
  ...lengthDelimited(2, [Uint8Array.from([0x10, 1])]),
];
/** Number of the field of a point's attributes, by that of its metric's data: gauge, sum, the histograms, summary. */
const ATTRIBUTES_OF: Readonly<Record<number, number>> = { 5: 7, 7: 7, 9: 9, 10: 1, 11: 7 };

/** Bounds the series of each metric. Points beyond keep their values and lose their attributes, as in an SDK. */
export class SeriesBounds {
  readonly #room = new Room(MAX_ALL_SERIES);
  readonly #metrics = new Known<string, Known<number>>(
    MAX_METRICS,
    new Room(MAX_METRICS),
    () => new Known(MAX_SERIES, this.#room, () => null),
  );
  /** Points that lost their attributes. */
  overflowed = 0;

  /** The request within its bounds; undefined when it is already. */
  bound(request: Uint8Array, now: number): Uint8Array[] | undefined {
    const group = (resource: WireReader) => {
      const { service } = originOf(resource);
      const metric = (message: WireReader) => this.#metric(message, service, now);
      const scope = (scoped: WireReader) =>
        rewriteFields(scoped, (field) => (field === 2 ? metric : undefined));
      return rewriteFields(resource, (field) => (field === 2 ? scope : undefined));
    };
    return rewriteFields(new WireReader(request), (field) => (field === 1 ? group : undefined));
  }

  #metric(metric: WireReader, service: string, now: number): Uint8Array[] | undefined {
    const key = `${service}\n${nameOf(metric)}`;
    const series = key.length > MAX_LETTERS ? undefined : this.#metrics.get(key, now);
    return rewriteFields(metric, (kind) => {
      const attributes = ATTRIBUTES_OF[kind];
      if (attributes === undefined) return undefined;
      const point = (message: WireReader) => {
        const start = message.pos;
        const hash = hashOf(message, attributes);
        if (hash === null || series?.get(hash, now) === null) return undefined;
        this.overflowed += 1;
        message.pos = start;
        return withoutAttributes(message, attributes);
      };
      return (data) => rewriteFields(data, (field) => (field === 1 ? point : undefined));
    });
  }
}

/** The cursor stays where it is. */
function nameOf(metric: WireReader): string {
  const start = metric.pos;
  let name = '';
  while (metric.next()) {
    if (metric.field === 1) name = metric.shortText();
    else metric.skip();
  }
  metric.pos = start;
  return name;
}

/** Of all attributes as they lie there; null when the point has none. */
function hashOf(point: WireReader, attributes: number): number | null {
  // Two of 32 bits: with one, some of 200,000 would fall together.
  let [low, high] = [SEED, ~SEED];
  let found = false;
  while (point.next()) {
    const start = point.pos;
    point.skip();
    if (point.field !== attributes) continue;
    found = true;
    low = mix(low, point.bytes, start, point.pos);
    high = mix(high, point.bytes, start, point.pos);
  }
  return found ? (high >>> 11) * 2 ** 32 + (low >>> 0) : null;
}

function withoutAttributes(point: WireReader, attributes: number): Uint8Array[] {
  const kept: Uint8Array[] = [];
  for (let start = point.pos; point.next(); start = point.pos) {
    point.skip();
    if (point.field !== attributes) kept.push(point.bytes.subarray(start, point.pos));
  }
  return kept.concat(lengthDelimited(attributes, OVERFLOW_ATTRIBUTE));
}
