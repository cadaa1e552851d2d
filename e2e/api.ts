import { ErrorBody, StormglassError } from '@stormglass/agents/contract';
import type { Answer } from '../web/live/answers.ts';
import { API, type ApiName } from '../web/live/api.ts';

/** One call of the dashboard's API, as a program outside would make it. `params` fill `:name` parts of the path. */
export async function call<Name extends ApiName>(
  dashboard: string,
  name: Name,
  options: { params?: Record<string, string>; input?: unknown } = {},
): Promise<Answer<Name>> {
  const row = API[name];
  const path = row.path.replace(/:(\w+)/g, (_, key: string) =>
    encodeURIComponent(options.params?.[key] ?? ''),
  );
  const query =
    row.method === 'GET' && options.input !== undefined
      ? `?${new URLSearchParams(options.input as Record<string, string>)}`
      : '';
  const answer = await fetch(`${dashboard}${path}${query}`, {
    method: row.method,
    headers: { 'content-type': 'application/json' },
    ...(row.method === 'POST' ? { body: JSON.stringify(options.input ?? {}) } : {}),
  });
  const body: unknown = await answer.json();
  if (!answer.ok) throw StormglassError.from(ErrorBody.parse(body));
  return body as Answer<Name>;
}
