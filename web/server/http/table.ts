import { StormglassError } from '@stormglass/agents/contract';
import { API, type ApiName } from '../../live/api.ts';

interface Row {
  name: ApiName;
  method: string;
  segments: readonly string[];
}

const ROWS: readonly Row[] = (Object.keys(API) as ApiName[]).map((name) => ({
  name,
  method: API[name].method,
  segments: API[name].path.split('/').slice(1),
}));

export interface Match {
  name: ApiName;
  params: Record<string, string>;
}

/** The row of the API table for a request; throws not_found or method_not_allowed. */
export function matchRoute(method: string, pathname: string): Match {
  const parts = pathname.split('/').slice(1);
  const others = new Set<string>();
  for (const row of ROWS) {
    const params = bind(row.segments, parts);
    if (!params) continue;
    if (row.method === method) return { name: row.name, params };
    others.add(row.method);
  }
  if (others.size > 0) {
    const allowed = [...others].join(', ');
    throw new StormglassError(
      'method_not_allowed',
      `${pathname} does not answer ${method}`,
      `Use ${allowed}.`,
    );
  }
  throw new StormglassError(
    'not_found',
    `there is no ${pathname.slice(0, 200)}`,
    'See /api/openapi.json for what there is.',
  );
}

function bind(segments: readonly string[], parts: readonly string[]): Record<string, string> | null {
  if (segments.length !== parts.length) return null;
  const params: Record<string, string> = {};
  for (const [i, segment] of segments.entries()) {
    const part = parts[i] ?? '';
    if (segment.startsWith(':')) {
      const value = decode(part);
      if (value === null || value === '') return null;
      params[segment.slice(1)] = value;
    } else if (segment !== part) return null;
  }
  return params;
}

function decode(part: string): string | null {
  try {
    return decodeURIComponent(part);
  } catch {
    // Not UTF-8 in percent signs: no route has such a name.
    return null;
  }
}
