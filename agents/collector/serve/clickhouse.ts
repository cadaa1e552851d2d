import type { IncomingMessage, ServerResponse } from 'node:http';
import { StormglassError } from '../../contract/errors.ts';
import { readBody } from '../receive/body.ts';
import type { ByteBudget } from '../receive/budget.ts';
import type { TelemetryStore } from '../store/port.ts';
import type { QueryContext } from '../store/reader.ts';

/** ClickHouse's HTTP parameters which are no settings. */
const TRANSPORT = new Set([
  ...['query', 'default_format', 'query_id', 'database', 'user', 'password', 'session_id', 'session_check'],
  ...[
    'session_timeout',
    'compress',
    'decompress',
    'enable_http_compression',
    'buffer_size',
    'wait_end_of_query',
  ],
  ...[
    'send_progress_in_http_headers',
    'http_headers_progress_interval_ms',
    'role',
    'quota_key',
    'stacktrace',
  ],
]);
const MAX_QUERY_BYTES = 4 * 1024 * 1024;
const CONTENT_TYPE: Record<string, string> = {
  JSON: 'application/json; charset=UTF-8',
  JSONEachRow: 'application/x-ndjson; charset=UTF-8',
  JSONCompactEachRow: 'application/x-ndjson; charset=UTF-8',
};

/** ClickHouse's own HTTP interface over the embedded engine, read-only: enough for `@clickhouse/client` and curl. */
export async function answerQuery(
  engine: TelemetryStore,
  bodies: ByteBudget,
  url: URL,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const gone = goneSignal(response);
  const body = request.method === 'POST' ? await readText(request, bodies) : '';
  const sql = [url.searchParams.get('query') ?? '', body].filter((s) => s.trim() !== '').join('\n');
  const context = contextOf(url, sql);
  const id = url.searchParams.get('query_id');
  if (id !== null) response.setHeader('x-clickhouse-query-id', id);
  try {
    if (sql === '') throw new Error('Code: 62. DB::Exception: Empty query. (SYNTAX_ERROR)');
    const started = performance.now();
    const bytes = await engine.query(sql, context, gone);
    const elapsed = Math.round((performance.now() - started) * 1e6);
    response.writeHead(200, {
      'content-type': CONTENT_TYPE[context.format] ?? 'text/plain; charset=UTF-8',
      'content-length': bytes.length,
      'x-clickhouse-format': context.format,
      'x-clickhouse-summary': JSON.stringify({
        result_bytes: String(bytes.length),
        elapsed_ns: String(elapsed),
      }),
    });
    response.end(bytes);
  } catch (cause) {
    sendException(response, cause);
  }
}

async function readText(request: IncomingMessage, bodies: ByteBudget): Promise<string> {
  const account = bodies.open();
  try {
    return Buffer.from(await readBody(request, MAX_QUERY_BYTES, account)).toString();
  } finally {
    account.close();
  }
}

/** Aborts when the client goes away before it has its answer. */
function goneSignal(response: ServerResponse): AbortSignal {
  const gone = new AbortController();
  response.once('close', () => {
    if (!response.writableEnded) gone.abort();
  });
  return gone.signal;
}

/** The closest that ClickHouse has for a store which takes no question now. */
const TOO_MANY_QUERIES = '202';

/** As ClickHouse answers: the code in a header, the text as the body. */
export function sendException(response: ServerResponse, cause: unknown): void {
  const text = (cause instanceof Error ? cause.message : String(cause)).replace(/^Query failed: /, '');
  const refused = cause instanceof StormglassError;
  const code = /Code: (\d+)/.exec(text)?.[1] ?? (refused ? TOO_MANY_QUERIES : '1002');
  const status = refused ? cause.status : statusOf(Number(code));
  const body = Buffer.from(/^Code: /.test(text) ? `${text}\n` : `Code: ${code}. DB::Exception: ${text}\n`);
  response.writeHead(status, {
    'content-type': 'text/plain; charset=UTF-8',
    'content-length': body.length,
    'x-clickhouse-exception-code': code,
  });
  response.end(body);
}

function statusOf(code: number): number {
  switch (code) {
    case 62: // SYNTAX_ERROR
    case 27: // CANNOT_PARSE_INPUT_ASSERTION_FAILED
    case 72: // CANNOT_PARSE_NUMBER
    case 36: // BAD_ARGUMENTS
    case 53: // TYPE_MISMATCH
    case 456: // UNKNOWN_QUERY_PARAMETER
      return 400;
    case 46: // UNKNOWN_FUNCTION
    case 47: // UNKNOWN_IDENTIFIER
    case 60: // UNKNOWN_TABLE
    case 81: // UNKNOWN_DATABASE
    case 115: // UNKNOWN_SETTING
      return 404;
    case 159: // TIMEOUT_EXCEEDED
      return 408;
    case 210: // NETWORK_ERROR
      return 503;
    case 164: // READONLY
    case 497: // ACCESS_DENIED
      return 403;
    default:
      return 500;
  }
}

function contextOf(url: URL, sql: string): QueryContext {
  const params: Record<string, string> = {};
  const settings: Record<string, string> = {};
  for (const [key, value] of url.searchParams) {
    const name = key.startsWith('param_') ? key.slice('param_'.length) : key;
    if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) continue;
    if (key.startsWith('param_')) params[name] = value;
    else if (!TRANSPORT.has(key)) settings[name] = value;
  }
  const named = /\bFORMAT\s+([A-Za-z]+)\s*;?\s*$/i.exec(sql)?.[1];
  return { params, settings, format: named ?? url.searchParams.get('default_format') ?? 'TabSeparated' };
}
