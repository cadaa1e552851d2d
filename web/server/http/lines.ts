import { once } from 'node:events';
import type { ServerResponse } from 'node:http';

/**
 * Sends lines as fast as the reader takes them. A failure before the first line is told by its status; a later one cuts
 * the connection, so that no half passes for all.
 */
export async function sendLines(
  response: ServerResponse,
  lines: AsyncGenerator<string>,
  gone: AbortSignal,
): Promise<void> {
  let next = await lines.next();
  response.writeHead(200, {
    'content-type': 'application/x-ndjson; charset=utf-8',
    'cache-control': 'no-store',
  });
  try {
    while (!next.done && !gone.aborted) {
      if (!response.write(next.value)) await once(response, 'drain', { signal: gone });
      next = await lines.next();
    }
    response.end();
  } catch (error) {
    if (!gone.aborted) throw error;
  } finally {
    await lines.return(undefined);
  }
}

export async function* asLines(values: AsyncIterable<unknown>): AsyncGenerator<string> {
  for await (const value of values) yield `${JSON.stringify(value)}\n`;
}

export function isLines(answer: unknown): answer is AsyncIterable<unknown> {
  return typeof answer === 'object' && answer !== null && Symbol.asyncIterator in answer;
}
