import type { ServerResponse } from 'node:http';
import { CutShort } from './call/index.ts';

/** The parts of a response by which its body is written; a seam that holds replies back has the real ones here. */
export type Outlet = Pick<ServerResponse, 'write' | 'end'>;

/** Writes a body as it comes, then ends the response; a body that is cut short takes the connection with it. */
export async function pump(
  response: ServerResponse,
  outlet: Outlet,
  body: AsyncIterable<Uint8Array>,
): Promise<void> {
  const { socket } = response;
  try {
    for await (const chunk of body) {
      if (response.destroyed || socket?.destroyed) return;
      await written(response, outlet, chunk);
    }
    outlet.end();
  } catch (error) {
    if (!(error instanceof CutShort)) response.destroy(error instanceof Error ? error : undefined);
    else {
      response.flushHeaders();
      // What was written goes out before the connection ends.
      socket?.destroySoon();
    }
  }
}

/** Resolves when the chunk has left, or will never leave. */
function written(response: ServerResponse, outlet: Outlet, chunk: Uint8Array): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      response.removeListener('close', done);
      resolve();
    };
    response.once('close', done);
    outlet.write(chunk, done);
  });
}
