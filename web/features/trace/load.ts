import type { TraceDetail, TraceLine } from '@stormglass/agents/contract';
import { requestLines } from '../../live/request.ts';
import { ITEMS_A_STEP, inSlices, type Steps } from './slices.ts';

/** Progress is told every so many spans. */
const TELL_EVERY = 2_000;

export interface Progress {
  read: number;
  of: number;
}

/** A trace as its lines come in. A stream without an end was cut, which the trace then says. */
export class TraceReader {
  readonly #detail: TraceDetail = {
    traceId: '',
    startNs: '0',
    durationNs: 0,
    spanCount: 0,
    truncated: true,
    evictedSpans: 0,
    spans: [],
    logs: [],
    linkedTraceIds: [],
  };
  /** Spans of one instance share their resource: kept once. */
  readonly #resources = new Map<string, TraceDetail['spans'][number]['resource']>();

  get progress(): Progress {
    return { read: this.#detail.spans.length, of: this.#detail.spanCount };
  }

  take(line: TraceLine): void {
    const detail = this.#detail;
    switch (line.type) {
      case 'trace':
        detail.traceId = line.traceId;
        detail.startNs = line.startNs;
        detail.durationNs = line.durationNs;
        detail.spanCount = line.spanCount;
        return;
      case 'span':
        line.span.resource = this.#shared(line.span);
        detail.spans.push(line.span);
        return;
      case 'context':
        detail.logs = line.logs;
        detail.linkedTraceIds = line.linkedTraceIds;
        detail.evictedSpans = line.evictedSpans;
        return;
      case 'end':
        detail.spanCount = line.spans;
        detail.truncated = line.spans !== detail.spans.length;
    }
  }

  /** Lines of a chunk; parsing them is work, too. */
  *takeAll(lines: readonly string[]): Steps<void> {
    for (const [i, line] of lines.entries()) {
      if (line !== '') this.take(JSON.parse(line) as TraceLine);
      if (i % 50 === 49) yield;
    }
  }

  detail(): TraceDetail {
    return this.#detail;
  }

  #shared({ service, instance, resource }: TraceDetail['spans'][number]) {
    const key = `${service}\n${instance}`;
    const known = this.#resources.get(key);
    if (known && sameResource(known, resource)) return known;
    this.#resources.set(key, resource);
    return resource;
  }
}

type Resource = TraceDetail['spans'][number]['resource'];

function sameResource(a: Resource, b: Resource): boolean {
  const keys = Object.keys(a);
  if (keys.length !== Object.keys(b).length) return false;
  return keys.every((key) => a[key] === b[key] || JSON.stringify(a[key]) === JSON.stringify(b[key]));
}

/**
 * Reads a trace of any size, however long that takes, and never keeps the page from answering. When it breaks off, what
 * came is the trace, which says that it is cut; throws only when nothing came.
 */
export async function loadTrace(
  id: string,
  signal: AbortSignal,
  on: (progress: Progress) => void,
): Promise<TraceDetail> {
  const reader = new TraceReader();
  let told = 0;
  try {
    for await (const lines of requestLines('traceSpans', { params: { id }, signal })) {
      await inSlices(reader.takeAll(lines), signal);
      const { progress } = reader;
      if (progress.read < told + TELL_EVERY) continue;
      told = progress.read;
      on(progress);
    }
  } catch (cause) {
    if (signal.aborted || reader.progress.read === 0) throw cause;
  }
  return reader.detail();
}

/** The trace as the parts of a JSON file: one text of a large trace would take longer than a frame. */
export function* fileParts(detail: TraceDetail): Steps<string[]> {
  const { spans, ...rest } = detail;
  const parts = [`{"spans":[`];
  for (let i = 0; i < spans.length; i += ITEMS_A_STEP / 5) {
    const text = JSON.stringify(spans.slice(i, i + ITEMS_A_STEP / 5)).slice(1, -1);
    parts.push(i === 0 ? text : `,${text}`);
    yield;
  }
  parts.push(`],${JSON.stringify(rest).slice(1)}`);
  return parts;
}
