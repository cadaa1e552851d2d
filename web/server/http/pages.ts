import type { IncomingMessage, ServerResponse } from 'node:http';
import { StormglassError } from '@stormglass/agents/contract';

export interface Pages {
  handle(request: IncomingMessage, response: ServerResponse): Promise<void>;
  close(): Promise<void>;
}

/** The Next pages of `dir`, built before. Loaded late, so that the API and the hub do not wait for them. */
export async function loadPages(dir: string): Promise<Pages> {
  const { default: loaded } = await import('next');
  // Its types speak of a `default` inside; Node gives the function itself.
  const next = loaded as unknown as typeof loaded.default;
  const app = next({ dev: false, dir });
  try {
    await app.prepare();
  } catch (cause) {
    throw new StormglassError(
      'internal',
      'the pages of the dashboard are not built',
      'Start it with `npm start`, which builds them, or run `next build web`.',
      { cause },
    );
  }
  const handle = app.getRequestHandler();
  return { handle: (request, response) => handle(request, response), close: () => app.close() };
}

/** For tests and API-only use. */
export const noPages: Pages = {
  handle: async () => {
    throw new StormglassError(
      'not_found',
      'this dashboard serves no pages',
      'Use the API, see /api/openapi.json.',
    );
  },
  close: async () => undefined,
};
