import {
  assertNever,
  type InvariantSample,
  type WallRow,
  type WallVerdict,
} from '@stormglass/agents/contract';
import { plural } from '../../ui/format.ts';

export type Status = InvariantSample['status'];

/** A part of an invariant's recent past, as shares 0..1 of the range; `null`: nobody said. */
interface Stretch {
  status: Status | null;
  from: number;
  to: number;
}

export interface Tile {
  id: string;
  title: string;
  status: Status;
  /** What stands under the title. */
  words: string;
  history: Stretch[];
}

export interface Span {
  from: number;
  to: number;
  /** The instant that is shown, epoch ms. */
  at: number;
}

/** Nothing said for so long, in shares of the range, and at least so many ms: then nothing is known. */
const SILENT_SHARE = 1 / 20;
const SILENT_MS = 20_000;

const silence = ({ from, to }: Span) => Math.max(SILENT_MS, (to - from) * SILENT_SHARE);

function statusOf(verdict: WallVerdict): Status {
  switch (verdict) {
    case 'OK':
      return 'ok';
    case 'PENDING':
      return 'pending';
    case 'UNKNOWN':
      return 'unknown';
    case 'VIOLATION':
      return 'violated';
    default:
      return assertNever(verdict);
  }
}

/** The samples of one invariant, in order of time, as stretches up to the instant that is shown. */
export function historyOf(samples: readonly InvariantSample[], span: Span): Stretch[] {
  const { from, to, at } = span;
  const length = Math.max(1, to - from);
  const share = (instant: number) => Math.min(1, Math.max(0, (instant - from) / length));
  const stretches: Stretch[] = [];
  const add = (status: Status | null, start: number, end: number) => {
    if (end <= start) return;
    const last = stretches.at(-1);
    if (last?.status === status) last.to = share(end);
    else stretches.push({ status, from: share(start), to: share(end) });
  };
  let cursor = from;
  const seen = samples.filter((sample) => sample.at >= from && sample.at <= at);
  for (const [i, { status, at: said }] of seen.entries()) {
    add(null, cursor, said);
    cursor = Math.min(seen[i + 1]?.at ?? at, said + silence(span));
    add(status, said, cursor);
  }
  add(null, cursor, at);
  return stretches;
}

/** What an invariant was at the instant; unknown when nobody said so lately. */
function statusAt(samples: readonly InvariantSample[], span: Span): Status {
  const last = samples.findLast((sample) => sample.at <= span.at);
  return last === undefined || span.at - last.at > silence(span) ? 'unknown' : last.status;
}

function wordsOf(row: WallRow): string {
  const known = row.acknowledged > 0 ? `, ${row.acknowledged} known` : '';
  switch (row.verdict) {
    case 'VIOLATION':
      return `${plural(row.violations, 'fact')} against it${known}`;
    case 'PENDING':
      return `${plural(row.pending, 'fact')} still on the way${known}`;
    case 'UNKNOWN':
      return row.unread ?? 'not judged yet';
    case 'OK':
      return `holds${known}`;
    default:
      return assertNever(row.verdict);
  }
}

export const STATUS_WORDS: Readonly<Record<Status, string>> = {
  ok: 'holds',
  pending: 'pending',
  unknown: 'unknown',
  violated: 'violated',
};

const PAST_WORDS: Readonly<Record<Status, string>> = {
  ok: 'held then',
  pending: 'waited for facts then',
  unknown: 'nobody could say then',
  violated: 'was violated then',
};

const numberOf = (id: string) => Number(id.replace(/\D/g, ''));

/** The wall: by the auditor's own word of now, or, rewound, by what it said at the instant. */
export function tiles(
  rows: readonly WallRow[],
  samples: readonly InvariantSample[],
  span: Span,
  rewound: boolean,
): Tile[] {
  const byId = new Map<string, InvariantSample[]>();
  for (const sample of samples) byId.set(sample.id, [...(byId.get(sample.id) ?? []), sample]);
  const known = new Map(rows.map((row) => [row.id, row]));
  const ids = [...new Set([...known.keys(), ...byId.keys()])].sort((a, b) => numberOf(a) - numberOf(b));
  return ids.map((id) => {
    const row = known.get(id);
    const own = byId.get(id) ?? [];
    const status = row && !rewound ? statusOf(row.verdict) : statusAt(own, span);
    return {
      ...{ id, title: row?.title ?? id, status, history: historyOf(own, span) },
      words: rewound ? PAST_WORDS[status] : row ? wordsOf(row) : STATUS_WORDS[status],
    };
  });
}

/** `10 hold, 3 pending, 1 violated`: of each state how many, those without any left out. */
export function countWords(all: readonly Tile[]): { status: Status; words: string }[] {
  const order: readonly Status[] = ['ok', 'pending', 'unknown', 'violated'];
  return order.flatMap((status) => {
    const n = all.filter((tile) => tile.status === status).length;
    if (n === 0) return [];
    return [{ status, words: `${n} ${status === 'ok' && n !== 1 ? 'hold' : STATUS_WORDS[status]}` }];
  });
}

/** Which one is opened when nobody has chosen: the first that is violated. */
export function firstTrouble(all: readonly Tile[]): string {
  return all.find(({ status }) => status === 'violated')?.id ?? '';
}

/** The past of one invariant in words, for who cannot see the bar. */
export function historyWords(history: readonly Stretch[]): string {
  if (history.every(({ status }) => status === null)) return 'nothing was said in this range';
  const share = (status: Status) =>
    history.reduce((sum, each) => sum + (each.status === status ? each.to - each.from : 0), 0);
  const parts = (['violated', 'unknown', 'pending'] as const).flatMap((status) => {
    const percent = Math.round(share(status) * 100);
    return share(status) === 0 ? [] : [`${STATUS_WORDS[status]} for ${Math.max(1, percent)} % of the range`];
  });
  return parts.length === 0 ? 'held whenever it was looked at' : parts.join(', ');
}
