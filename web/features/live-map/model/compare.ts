import { type CallFigures, type Delta, SERVICE_LEVELS, type ServiceMap } from '@stormglass/agents/contract';
import { edgeId } from '../../../live/figures.ts';
import { durationText, percent, UNKNOWN } from '../../../ui/format.ts';
import type { StateHue } from '../../../ui/state.ts';
import { queueNodeId } from './structure.ts';
import type { MapView } from './view.ts';

/** How something stands against the baseline; `few`: too few calls on a side to say. */
export type Verdict = 'worse' | 'better' | 'same' | 'new' | 'gone' | 'few';

export interface Change {
  now: CallFigures;
  base: CallFigures;
  delta: Delta;
  verdict: Verdict;
}

/** By the ids of the map. */
export interface Changes {
  nodes: ReadonlyMap<string, Change>;
  edges: ReadonlyMap<string, Change>;
}

/** Less than this is no difference: share of failed calls; milliseconds, and as a share of the baseline's p95. */
const LEAST = { errorRatio: 0.01, p95Ms: 5, p95Share: 0.2 } as const;

type Row = Pick<ServiceMap['edges'][number], 'now' | 'base' | 'delta'>;

/** 1 worse, -1 better, 0 neither. */
function signs({ base, delta }: Pick<Change, 'base' | 'delta'>): { errors: number; p95: number } {
  const sign = (by: number | null, least: number): number =>
    by === null || Math.abs(by) < least ? 0 : Math.sign(by);
  const least = Math.max(LEAST.p95Ms, (base.p95Ms ?? 0) * LEAST.p95Share);
  return { errors: sign(delta.errorRatio, LEAST.errorRatio), p95: sign(delta.p95Ms, least) };
}

function verdictOf(change: Pick<Change, 'now' | 'base' | 'delta'>): Verdict {
  const { now, base } = change;
  if (base.calls === 0) return now.calls === 0 ? 'few' : 'new';
  if (now.calls === 0) return 'gone';
  if (Math.min(now.calls, base.calls) < SERVICE_LEVELS.fewestCalls) return 'few';
  const { errors, p95 } = signs(change);
  if (errors > 0 || p95 > 0) return 'worse';
  return errors < 0 || p95 < 0 ? 'better' : 'same';
}

function changeOf({ now, base, delta }: Row): Change | null {
  if (!base || !delta) return null;
  return { now, base, delta, verdict: verdictOf({ now, base, delta }) };
}

/** The answer of `GET /api/map` with a baseline, by the ids of the map; databases are no nodes of it. */
export function changesOf(map: ServiceMap): Changes {
  const nodes = new Map<string, Change>();
  const edges = new Map<string, Change>();
  for (const { kind, name, ...row } of map.nodes) {
    const change = changeOf(row);
    if (change && kind !== 'database') nodes.set(kind === 'queue' ? queueNodeId(name) : name, change);
  }
  for (const { kind, service, peer, ...row } of map.edges) {
    const change = changeOf(row);
    if (!change || kind === 'db') continue;
    const other = kind === 'client' ? peer : queueNodeId(peer);
    edges.set(kind === 'consumer' ? edgeId(other, service) : edgeId(service, other), change);
  }
  return { nodes, edges };
}

const TROUBLE: Record<Verdict, number> = { worse: 5, gone: 4, new: 3, better: 2, same: 1, few: 0 };

/** The one to speak of among several; null without one. */
export function worstOf(changes: readonly Change[]): Change | null {
  const weight = ({ verdict, delta }: Change): number =>
    TROUBLE[verdict] * 1e9 + Math.abs(delta.errorRatio ?? 0) * 1e6 + Math.abs(delta.p95Ms ?? 0);
  return changes.reduce<Change | null>(
    (worst, one) => (worst && weight(worst) >= weight(one) ? worst : one),
    null,
  );
}

/** The same for what is drawn: a stand-in speaks of the worst behind it. */
export function changesIn({ clusters, open, behind }: MapView, changes: Changes): Changes {
  const nodes = new Map(changes.nodes);
  const edges = new Map(changes.edges);
  const worst = (ids: readonly string[], of: ReadonlyMap<string, Change>) =>
    worstOf(ids.flatMap((id) => of.get(id) ?? []));
  for (const { id, members } of clusters) {
    const change = open.has(id) ? null : worst(members, changes.nodes);
    if (change) nodes.set(id, change);
  }
  for (const [id, list] of behind) {
    const change = worst(
      list.map((edge) => edge.id),
      changes.edges,
    );
    if (change) edges.set(id, change);
  }
  return { nodes, edges };
}

/** `2 worse, 1 gone, 1 better`, of edges; `nothing differs`. */
export function countWords({ edges }: Changes): string {
  const counts = new Map<Verdict, number>();
  for (const { verdict } of edges.values()) counts.set(verdict, (counts.get(verdict) ?? 0) + 1);
  const said = (['worse', 'gone', 'new', 'better'] as const).flatMap((verdict) =>
    counts.has(verdict) ? [`${counts.get(verdict)} ${verdict}`] : [],
  );
  return said.length === 0 ? 'nothing differs' : said.join(', ');
}

export interface ChangeWords {
  /** A shape besides the colour. */
  mark: string;
  words: string;
  hue: StateHue;
}

export function signed(value: number | null, words: (size: number) => string): string {
  if (value === null) return UNKNOWN;
  const size = words(Math.abs(value));
  // Hardly anything has no direction worth a sign.
  if (size.startsWith('<')) return size;
  return `${value > 0 ? '+' : value < 0 ? '−' : '±'}${size}`;
}

/** What changed most, in few words: `▲ +120 ms`, `▲ +3.1 % failed`, `▼ −12 ms`. */
export function changeWords(change: Change): ChangeWords {
  const { delta, verdict } = change;
  const { errors, p95 } = signs(change);
  switch (verdict) {
    case 'new':
      return { mark: '+', words: 'new', hue: 'neutral' };
    case 'gone':
      return { mark: '−', words: 'no calls now', hue: 'unknown' };
    case 'few':
      return { mark: '', words: 'too few calls', hue: 'unknown' };
    case 'same':
      return { mark: '=', words: 'same', hue: 'neutral' };
    default: {
      const way = verdict === 'worse' ? 1 : -1;
      const words =
        errors === way
          ? `${signed(delta.errorRatio, percent)} failed`
          : p95 === way
            ? signed(delta.p95Ms, durationText)
            : '';
      return { mark: way > 0 ? '▲' : '▼', words, hue: way > 0 ? 'failing' : 'ok' };
    }
  }
}
