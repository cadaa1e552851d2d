/**
 * ClickHouse's HTTP interface with writes, in front of the same engine that the collector embeds: what a collector with
 * CLICKHOUSE_URL is tested against. It is not ClickHouse's server, and differs from it in this: the embedded engine gets no
 * bytes with a statement, so the body of `INSERT ... FROM input('...') ... FORMAT Protobuf` goes to a file and `input`
 * becomes `file`; and a query whose client has gone runs to its end.
 */
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer as createHttpServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { Session } from 'chdb';

const { DIR = '', PORT = '0', USER_NAME = 'default', PASSWORD = '', TLS } = process.env;
const TRANSPORT = new Set(['database', 'default_format', 'wait_end_of_query', 'query']);
const BODY_FOLLOWS = 'FORMAT Protobuf\n';

/** Inserts with a body which were executed, and how many of the next ones lose their answer. */
const state = { inserts: 0, cut: 0 };
const data = join(DIR, 'data');
await mkdir(data, { recursive: true });
// Relative to it the engine keeps its copies of inline schemas.
process.chdir(DIR);
/** Keeps the engine open while no request runs. */
const keeper = new Session(data);

const literal = (text: string) => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;

async function execute(url: URL, body: Buffer): Promise<{ bytes: Uint8Array; insert: boolean }> {
  const session = new Session(data);
  const file = join(DIR, `body-${crypto.randomUUID()}`);
  try {
    const settings = [...url.searchParams].filter(([name]) => !TRANSPORT.has(name));
    const database = url.searchParams.get('database') ?? '';
    if (database !== '') await session.queryAsync(`USE ${database}`);
    // All at once, as the server takes them: `readonly = 1` holds for the statement, not for its companions.
    const set = settings.map(([name, value]) => `${name} = ${literal(value)}`).join(', ');
    if (set !== '') await session.queryAsync(`SET ${set}`);
    const format = url.searchParams.get('default_format') ?? 'TabSeparated';
    const end = body.indexOf(BODY_FOLLOWS);
    const insert = end >= 0 && body.subarray(0, 6).toString() === 'INSERT';
    let sql = body.toString();
    if (insert) {
      await writeFile(file, body.subarray(end + BODY_FOLLOWS.length));
      sql = body
        .subarray(0, end)
        .toString()
        .replace("input('", `file(${literal(file)}, 'Protobuf', '`);
    }
    const answer = await session.queryAsync(sql, { format });
    return { bytes: answer.bytes(), insert };
  } finally {
    session.close();
    await rm(file, { force: true });
  }
}

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://server');
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  if (url.pathname === '/control') {
    state.cut = Number(url.searchParams.get('cut') ?? state.cut);
    response.end(JSON.stringify(state));
    return;
  }
  const expected = `Basic ${Buffer.from(`${USER_NAME}:${PASSWORD}`).toString('base64')}`;
  if (request.headers.authorization !== expected) {
    fail(response, 401, 516, `${USER_NAME}: Authentication failed. (AUTHENTICATION_FAILED)`);
    return;
  }
  const { bytes, insert } = await execute(url, Buffer.concat(chunks));
  if (insert) {
    state.inserts += 1;
    if (state.cut > 0) {
      state.cut -= 1;
      request.socket.destroy();
      return;
    }
  }
  response.end(bytes);
}

function fail(response: ServerResponse, status: number, code: number, text: string): void {
  response.writeHead(status, { 'x-clickhouse-exception-code': code });
  response.end(text.startsWith('Code: ') ? text : `Code: ${code}. DB::Exception: ${text}`);
}

function handle(request: IncomingMessage, response: ServerResponse): void {
  answer(request, response).catch((cause: { message: string; clickhouseCode?: number }) => {
    fail(response, 500, cause.clickhouseCode ?? 1002, cause.message);
  });
}

const pem = (name: string) => readFile(new URL(`tls/${name}`, import.meta.url));
const server =
  TLS === undefined
    ? createHttpServer(handle)
    : createHttpsServer({ key: await pem('server.key'), cert: await pem('server.pem') }, handle);
server.listen(Number(PORT), '127.0.0.1', () => {
  const { port } = server.address() as AddressInfo;
  process.stdout.write(`${JSON.stringify({ port })}\n`);
});
process.on('SIGTERM', () => {
  server.closeAllConnections();
  server.close(() => {
    keeper.close();
    process.exit(0);
  });
});
