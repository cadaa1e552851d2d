/** The Prometheus text format 0.0.4, as `promtool` reads it: what breaks its rules is refused with its line. */

export type MetricType = 'counter' | 'gauge' | 'histogram' | 'summary' | 'untyped';

export interface Sample {
  name: string;
  /** Of the family it belongs to: a summary has samples named `_sum` and `_count`, too. */
  type: MetricType;
  labels: Record<string, string>;
  value: number;
  /** Epoch milliseconds; null when the line has none. */
  at: number | null;
}

/** A sample, or what something rose by since the one before. */
export type Measured = Omit<Sample, 'type'> & { type: Sample['type'] | 'delta' };

export class ParseError extends Error {
  override readonly name = 'ParseError';
  constructor(line: number, message: string) {
    super(`line ${line}: ${message}`);
  }
}

const TYPES: ReadonlySet<string> = new Set(['counter', 'gauge', 'histogram', 'summary', 'untyped']);
const SAMPLE = /^([a-zA-Z_:][a-zA-Z0-9_:]*)\s*(\{.*\})?\s*(\S+)(?:\s+(-?\d+))?\s*$/;
const LABEL = /\s*([a-zA-Z_][a-zA-Z0-9_]*)\s*=\s*"((?:[^"\\]|\\.)*)"\s*(,|$)/y;
const SUFFIXES = /_(sum|count|bucket)$/;

export function parseMetrics(text: string): Sample[] {
  const types = new Map<string, MetricType>();
  const samples: Sample[] = [];
  for (const [i, raw] of text.split('\n').entries()) {
    const line = raw.trim();
    if (line === '') continue;
    if (line.startsWith('#')) readComment(line, i + 1, types);
    else samples.push(readSample(line, i + 1, types));
  }
  return samples;
}

/** `# TYPE name type`; any other comment says nothing to us. */
function readComment(line: string, number: number, types: Map<string, MetricType>): void {
  const [hash, keyword, name, type] = line.split(/\s+/);
  if (hash !== '#' || keyword !== 'TYPE') return;
  // OpenMetrics says `unknown` for what the older format calls untyped.
  const known = type === 'unknown' ? 'untyped' : type;
  if (name === undefined || known === undefined || !TYPES.has(known))
    throw new ParseError(number, `${type ?? 'nothing'} is no type of metric`);
  types.set(name, known as MetricType);
}

function readSample(line: string, number: number, types: ReadonlyMap<string, MetricType>): Sample {
  const match = SAMPLE.exec(line);
  if (match === null) throw new ParseError(number, 'neither a comment nor a sample');
  const [, name = '', labels, value = '', at] = match;
  return {
    name,
    type: types.get(name) ?? types.get(name.replace(SUFFIXES, '')) ?? 'untyped',
    labels: labels === undefined ? {} : readLabels(labels.slice(1, -1), number),
    value: numberOf(value, number),
    at: at === undefined ? null : Number(at),
  };
}

function readLabels(text: string, number: number): Record<string, string> {
  const labels: Record<string, string> = {};
  for (let at = 0; at < text.length; ) {
    if (text.slice(at).trim() === '') break;
    LABEL.lastIndex = at;
    const match = LABEL.exec(text);
    if (match === null)
      throw new ParseError(number, `the labels cannot be read from "${text.slice(at, at + 40)}"`);
    const [whole, name = '', value = ''] = match;
    labels[name] = value.replace(/\\(.)/g, (_, escaped: string) => (escaped === 'n' ? '\n' : escaped));
    at += whole.length;
  }
  return labels;
}

const NAMED: Record<string, number> = {
  ...{ NaN: Number.NaN, '+Inf': Number.POSITIVE_INFINITY, '-Inf': Number.NEGATIVE_INFINITY },
};

function numberOf(text: string, number: number): number {
  const value = NAMED[text] ?? Number(text);
  if (Number.isNaN(value) && text !== 'NaN') throw new ParseError(number, `${text} is no number`);
  return value;
}
