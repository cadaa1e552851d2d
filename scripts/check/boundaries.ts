import { dirname, join, normalize } from 'node:path/posix';
import { isTest, parse, type Source } from './sources.ts';

/**
 * Who may import whom: the longest prefix of the importer's path picks the row; the imported file's path must begin
 * with one of its prefixes. A folder may always import itself. The design is section 4 of the architecture document.
 */
const CONTRACTS = ['agents/contract/', 'chaos/contract/'];
const ANYTHING = [''];
export const ALLOWED: Readonly<Record<string, readonly string[]>> = {
  'agents/contract/': [],
  'agents/': ['agents/'],
  'chaos/contract/': ['agents/contract/'],
  'chaos/': ['agents/contract/', 'chaos/'],
  // The command line of the whole, of which experiments are a part.
  'chaos/cli/': ['agents/contract/', 'agents/collector/sources/recording/', 'chaos/'],
  'sample-services/': ['agents/contract/', 'agents/node/', 'sample-services/'],
  // An independent witness: it knows the names of events and queues, and no service's code.
  'sample-services/auditor/': [
    ...['agents/contract/', 'agents/node/', 'sample-services/events/', 'sample-services/kit/'],
    // Its tests write into the services' databases themselves.
    ...['sample-services/audited-books/', 'sample-services/testing/'],
  ],
  // Its tests run on the embedded Postgres and on real brokers, and hold the launch plan to the shop.
  'sample-services/testing/': [
    ...['agents/contract/', 'agents/host/', 'agents/node/', 'agents/queues/'],
    ...['sample-services/', 'scripts/plan.ts'],
  ],
  'web/server/': [
    ...['agents/contract/', 'agents/collector/queries/', 'agents/collector/readers/'],
    ...['chaos/', 'web/live/'],
  ],
  'web/app/': [...CONTRACTS, 'web/features/', 'web/live/', 'web/ui/'],
  'web/features/': [...CONTRACTS, 'web/live/', 'web/ui/'],
  'web/live/': CONTRACTS,
  'web/ui/': [...CONTRACTS, 'web/live/'],
  'web/': [],
  'scripts/': [
    ...['agents/contract/', 'agents/host/', 'agents/queues/testing/'],
    // Who starts the shop gives each service what it proves itself with.
    'sample-services/kit/identity/client-secret.ts',
    // The packed agent is tried against a real dashboard.
    ...['web/server/testing/', 'web/server/window/telemetry.ts'],
  ],
  'e2e/': ANYTHING,
  'bench/': ANYTHING,
  // Configuration files in the root, that of the tests among them.
  '': ['scripts/test/'],
};

/** Folders whose children are worlds of their own: `web/features/traces` may not import `web/features/sagas`. */
const SPLIT = ['web/features/'];

export interface Import {
  from: string;
  /** Path of the imported file, relative to the repository. */
  to: string;
}

type Exports = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** Imports of our own files; other packages are left out. `exports` maps folder -> subpath -> file. */
export function ownImports(files: readonly Source[], exports: Exports): Import[] {
  return files.flatMap((file) =>
    specifiers(file).flatMap((specifier) => {
      const to = resolve(file.path, specifier, exports);
      return to === null ? [] : [{ from: file.path, to }];
    }),
  );
}

function specifiers(file: Source): string[] {
  const { module } = parse(file);
  const reexports = module.staticExports.flatMap(({ entries }) =>
    entries.flatMap(({ moduleRequest }) => (moduleRequest === null ? [] : [moduleRequest.value])),
  );
  const dynamic = module.dynamicImports.flatMap(({ moduleRequest: { start, end } }) => {
    const quoted = /^['"](.+)['"]$/.exec(file.text.slice(start, end));
    return quoted?.[1] === undefined ? [] : [quoted[1]];
  });
  return [...module.staticImports.map((i) => i.moduleRequest.value), ...reexports, ...dynamic];
}

function resolve(from: string, specifier: string, exports: Exports): string | null {
  if (specifier.startsWith('.')) return normalize(join(dirname(from), specifier));
  const ours = /^@stormglass\/([^/]+)(?:\/(.+))?$/.exec(specifier);
  if (ours?.[1] === undefined) return null;
  const target = exports[ours[1]]?.[ours[2] === undefined ? '.' : `./${ours[2]}`];
  return target === undefined
    ? `${ours[1]}/(no such export: ${specifier})`
    : normalize(join(ours[1], target));
}

/** The folder within which imports are free. */
function world(path: string): string {
  const split = SPLIT.find((prefix) => path.startsWith(prefix));
  if (split !== undefined) return `${split}${path.slice(split.length).split('/')[0]}/`;
  return rowOf(path);
}

function rowOf(path: string): string {
  const rows = Object.keys(ALLOWED).filter((prefix) => path.startsWith(prefix));
  return rows.sort((a, b) => b.length - a.length)[0] ?? '';
}

/** One sentence for each import that the table forbids. */
export function forbidden(imports: readonly Import[]): string[] {
  return imports.flatMap(({ from, to }) => {
    const row = rowOf(from);
    if (world(from) === world(to)) return [];
    if ((ALLOWED[row] ?? []).some((prefix) => to.startsWith(prefix)) && !splitFrom(from, to)) return [];
    return [`${from} may not import ${to}`];
  });
}

function splitFrom(from: string, to: string): boolean {
  return SPLIT.some((prefix) => from.startsWith(prefix) && to.startsWith(prefix));
}

/**
 * Rings of sibling folders: `a -> b -> a` inside one workspace. A folder and its own subfolders count as one. Tests may
 * close a ring: nothing is built on them.
 */
export function cycles(imports: readonly Import[]): string[] {
  const edges = new Map<string, Set<string>>();
  for (const { from, to } of imports) {
    const [a, b] = siblings(from, to);
    if (a === b || isTest(from)) continue;
    edges.set(a, (edges.get(a) ?? new Set()).add(b));
  }
  const found = new Map<string, string>();
  for (const start of [...edges.keys()].sort()) {
    const ring = wayBack(start, edges);
    const key = ring?.toSorted().join();
    // Each ring is found once from each of its folders.
    if (ring !== null && key !== undefined && !found.has(key)) found.set(key, [...ring, start].join(' -> '));
  }
  return [...found.values()];
}

/** The two folders just below the nearest common one; equal when they are no siblings. */
function siblings(from: string, to: string): [string, string] {
  const a = dirname(from).split('/');
  const b = dirname(to).split('/');
  let depth = 0;
  while (depth < a.length && depth < b.length && a[depth] === b[depth]) depth++;
  // Different workspaces are the table's business; depth 0 is the repository itself.
  if (depth === 0 || depth === a.length || depth === b.length) return ['', ''];
  return [a.slice(0, depth + 1).join('/'), b.slice(0, depth + 1).join('/')];
}

/** The shortest way from `start` back to itself, breadth first. */
function wayBack(start: string, edges: ReadonlyMap<string, ReadonlySet<string>>): string[] | null {
  const ways: string[][] = [[start]];
  const seen = new Set<string>();
  for (let way = ways.shift(); way !== undefined; way = ways.shift()) {
    for (const next of edges.get(way.at(-1) ?? start) ?? []) {
      if (next === start) return way;
      if (seen.has(next)) continue;
      seen.add(next);
      ways.push([...way, next]);
    }
  }
  return null;
}
