import { eachItem } from '../../live/resource.ts';
import { otlp } from '../../wire/codec.ts';
import { WireReader } from '../../wire/reader.ts';

/** One data point of somebody else's metric. */
export interface ForeignPoint {
  /** By OTLP (`resilience4j.circuitbreaker.state`) or Prometheus (`..._calls_total`): in one spelling, with underscores. */
  name: string;
  /** Of the point and its resource, in the same spelling; the point's own win. */
  attributes: ReadonlyMap<string, string>;
  value: number;
  /** Epoch nanoseconds. */
  at: string;
  /** How a value that counts is told: since the start, or since the point before. */
  counts: 'cumulative' | 'delta' | null;
}

export interface ForeignGroup {
  /** Attributes of the resource as they came. */
  resource: unknown;
  points: ForeignPoint[];
}

const DELTA = 1;
const CUMULATIVE = 2;

export function spelling(name: string): string {
  return name.replaceAll('.', '_').replace(/_total$/, '');
}

/** Names of metrics in any spelling. Nearly all metrics have others, which is told by two bytes, unread. */
export class WantedMetrics {
  readonly #names: ReadonlySet<string>;
  readonly #hints: ReadonlySet<number>;

  /** `names` as `spelling` gives them. */
  constructor(names: readonly string[]) {
    this.#names = new Set(names);
    const written = names.flatMap((name) => [name, `${name}_total`]);
    this.#hints = new Set(written.map((name) => (name.length << 8) | name.charCodeAt(name.length - 1)));
  }

  has(name: string): boolean {
    return this.#names.has(name);
  }

  /** Whether the metric is one of them. */
  hasMetric(metric: WireReader): boolean {
    while (metric.next()) {
      if (metric.field !== 1) {
        metric.skip();
        continue;
      }
      const { bytes, pos } = metric;
      const size = metric.length();
      const end = metric.pos + size;
      if (this.#hints.has((size << 8) | (bytes[end - 1] ?? 0))) {
        metric.pos = pos;
        return this.has(spelling(metric.text()));
      }
      metric.pos = end;
    }
    return false;
  }
}

/** The points of the metrics in `wanted`, by resource; null when there is none. */
export function foreignPoints(bytes: Uint8Array, wanted: WantedMetrics): ForeignGroup[] | null {
  let found = false;
  eachItem(new WireReader(bytes), (metric) => {
    found ||= wanted.hasMetric(metric);
  });
  if (!found) return null;
  const request = otlp.decode('ExportMetricsServiceRequest', bytes) as unknown as Request;
  return (request.resource_metrics ?? []).map((group) => ({
    resource: group.resource,
    points: (group.scope_metrics ?? []).flatMap((scope) =>
      (scope.metrics ?? []).flatMap((metric) => pointsOf(metric, group, wanted)),
    ),
  }));
}

/** What `otlp.decode` gives: 64-bit integers as text. */
interface Request {
  resource_metrics?: Group[];
}
interface Group {
  resource?: { attributes?: Pair[] };
  scope_metrics?: { metrics?: Metric[] }[];
}
interface Pair {
  key: string;
  value?: Record<string, unknown>;
}
interface Metric {
  name?: string;
  gauge?: Data;
  sum?: Data;
  histogram?: Data;
  exponential_histogram?: Data;
  summary?: Data;
}
interface Data {
  aggregation_temporality?: number;
  is_monotonic?: boolean;
  data_points?: DataPoint[];
}
interface DataPoint {
  attributes?: Pair[];
  time_unix_nano?: string;
  as_double?: number;
  as_int?: string;
  count?: string;
}

function pointsOf(metric: Metric, group: Group, wanted: WantedMetrics): ForeignPoint[] {
  const name = spelling(metric.name ?? '');
  if (!wanted.has(name)) return [];
  const data =
    metric.gauge ?? metric.sum ?? metric.histogram ?? metric.exponential_histogram ?? metric.summary;
  const counts = countsOf(metric, data);
  return (data?.data_points ?? []).map((point) => ({
    name,
    attributes: texts([...(group.resource?.attributes ?? []), ...(point.attributes ?? [])]),
    // Of a timer the number of its calls is what counts.
    value: Number(point.as_double ?? point.as_int ?? point.count ?? 0),
    at: point.time_unix_nano ?? '0',
    counts,
  }));
}

function countsOf(metric: Metric, data: Data | undefined): ForeignPoint['counts'] {
  if (metric.gauge !== undefined) return null;
  if (metric.sum !== undefined && metric.sum.is_monotonic !== true) return null;
  // A summary has no temporality: it counts from the start, as Prometheus does.
  const temporality = metric.summary === undefined ? data?.aggregation_temporality : CUMULATIVE;
  return temporality === DELTA ? 'delta' : 'cumulative';
}

function texts(pairs: readonly Pair[]): Map<string, string> {
  const out = new Map<string, string>();
  for (const { key, value } of pairs) {
    const [member] = Object.values(value ?? {});
    if (member !== undefined && typeof member !== 'object') out.set(spelling(key), String(member));
  }
  return out;
}
