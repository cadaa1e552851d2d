/** The kinds of OTLP request, and what can be in one: the words which edge, spool and store have in common. */

export const SIGNALS = ['traces', 'logs', 'metrics'] as const;
export type Signal = (typeof SIGNALS)[number];

/** The kinds of data a metric can have; each has a table of its own. */
export const METRIC_KINDS = ['gauge', 'sum', 'histogram', 'exponential_histogram', 'summary'] as const;
export type MetricKind = (typeof METRIC_KINDS)[number];

/** Parts of a request which most requests do not have. A load leaves out the columns of the parts its segment lacks. */
export const PARTS = ['events', 'links', 'scope_attributes', 'exemplars', 'metadata', 'overflow'] as const;
export type Part = (typeof PARTS)[number];

/** What is in a segment beyond the ordinary: it decides which tables and columns a load writes. */
export type Mark = MetricKind | Part;
export const ALL_MARKS: ReadonlySet<Mark> = new Set([...METRIC_KINDS, ...PARTS]);
