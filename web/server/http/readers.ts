import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Range } from '@stormglass/agents/collector/queries';
import type { Readers } from '@stormglass/agents/collector/readers';
import { StormglassError, TraceSearch } from '@stormglass/agents/contract';
import type { Run } from '@stormglass/chaos/contract';
import type { Gate } from '../auth/gate.ts';
import { checkRange } from '../window/range.ts';
import { sendJson } from './answer.ts';
import { sendLines } from './lines.ts';

export interface ReaderSite {
  gate: Gate;
  readers: Readers;
  /** The run of an id; throws `not_found`. */
  runOf: (id: string) => Run;
}

/** Where a stock Jaeger UI or data source finds the older API, whose paths are partly those of our own. */
const JAEGER_BASE = '/jaeger';
const EXPORT = '/api/export/traces';
const RECORDING = '/api/export/recording';
/** Before a run begins its steady state was measured, and what it hurt goes on for a while after it. */
const RUN_MARGIN_MS = 30_000;
/** Everything that matches, where a search that a page shows has a limit. */
const ExportInput = TraceSearch.extend({ limit: TraceSearch.shape.limit.unwrap().optional() });

/** Paths of `answerReader`: Jaeger's API on its base path, its new API at the root too, and the export. */
export function isReaderPath(path: string): boolean {
  return (
    path.startsWith('/api/v3/') ||
    path.startsWith(`${JAEGER_BASE}/api/`) ||
    path === EXPORT ||
    path === RECORDING ||
    path.startsWith(`${EXPORT}/`)
  );
}

/** The telemetry as other tools want it; who may read it is the gate's decision, as everywhere. */
export async function answerReader(
  { gate, readers, runOf }: ReaderSite,
  request: IncomingMessage,
  response: ServerResponse,
  url: URL,
): Promise<void> {
  gate.admit(request.headers, 'GET');
  if (request.method !== 'GET') {
    throw new StormglassError('method_not_allowed', 'this path is for reading', 'Use GET.');
  }
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  if (url.pathname === RECORDING) {
    const { range, run } = selectionOf(runOf, url);
    response.setHeader('content-disposition', 'attachment; filename="stormglass-recording.jsonl"');
    await sendLines(response, readers.exportRange(range, run, gone.signal), gone.signal);
    return;
  }
  if (url.pathname.startsWith(EXPORT)) {
    response.setHeader('content-disposition', 'attachment; filename="stormglass-traces.jsonl"');
    await sendLines(response, exported(readers, url, gone.signal), gone.signal);
    return;
  }
  const path = url.pathname.startsWith(JAEGER_BASE) ? url.pathname.slice(JAEGER_BASE.length) : url.pathname;
  const { status, body } = await readers.jaeger(path, url.searchParams, gone.signal);
  sendJson(response, status, body);
}

/** `run`, or `from` and `to` in epoch milliseconds. */
function selectionOf(runOf: ReaderSite['runOf'], url: URL): { range: Range; run: Run | null } {
  const id = url.searchParams.get('run');
  if (id !== null) {
    const run = runOf(id);
    const to = (run.endedAt ?? Date.now()) + RUN_MARGIN_MS;
    return { range: { from: run.startedAt - RUN_MARGIN_MS, to }, run };
  }
  const end = (name: string) => Number(url.searchParams.get(name) ?? Number.NaN);
  return { range: checkRange({ from: end('from'), to: end('to') }), run: null };
}

function exported(readers: Readers, url: URL, signal: AbortSignal): AsyncGenerator<string> {
  const id = url.pathname.slice(EXPORT.length + 1).toLowerCase();
  if (id === '') return readers.exportSearch(searchOf(url), signal);
  if (/^[0-9a-f]{32}$/.test(id)) return readers.exportTrace(id, signal);
  throw new StormglassError('invalid_request', 'a trace id has 32 hex digits', 'Correct the id.');
}

function searchOf(url: URL) {
  try {
    return ExportInput.parse(JSON.parse(url.searchParams.get('q') ?? ''));
  } catch (cause) {
    if (!(cause instanceof SyntaxError)) throw cause;
    throw new StormglassError('invalid_request', '`q` is not valid JSON', 'Send a TraceSearch as JSON.', {
      cause,
    });
  }
}
