import { durationText } from '../../ui/format.ts';
import { breakerWord } from '../../ui/state.ts';
import { type BreakerCell, type StateSpan, whyItOpened } from './model.ts';

/** The stretch that an instant is in; null beside what is known. */
export function stretchAt(history: readonly StateSpan[], at: number): StateSpan | null {
  return history.findLast((span) => span.from <= at && at <= span.to) ?? null;
}

/** Where a key moves the cursor on the lane, epoch ms: to another stretch, or to an end; null for any other key. */
export function stretchByKey(
  history: readonly StateSpan[],
  cursor: number | null,
  key: string,
): number | null {
  const first = history[0];
  const last = history.at(-1);
  if (!first || !last) return null;
  const here = cursor === null ? -1 : history.findLastIndex((span) => span.from <= cursor);
  const index = here < 0 ? history.length - 1 : here;
  const moves: Record<string, number> = {
    // The first press shows the newest: there is nothing to move away from.
    ArrowLeft: here < 0 ? index : index - 1,
    ArrowRight: here < 0 ? index : index + 1,
    Home: 0,
    End: history.length - 1,
  };
  const to = moves[key];
  if (to === undefined) return null;
  return history[Math.min(history.length - 1, Math.max(0, to))]?.from ?? null;
}

/** `open for 30.0 s`. */
export function stretchWords({ state, from, to }: StateSpan): string {
  return `${breakerWord(state)} for ${durationText(to - from)}`;
}

/** Why a stretch began, as far as its transition says. */
export function stretchCause(cell: Pick<BreakerCell, 'transitions'>, span: StateSpan): string {
  const move = cell.transitions.find(({ at, to }) => at === span.from && to === span.state);
  if (!move) return 'as the range begins';
  if (span.state === 'open' || span.state === 'forced_open') return whyItOpened(move).cause;
  if (span.state === 'half_open') return 'The wait was over: a probe.';
  return move.from === 'half_open' ? 'The probe succeeded.' : move.reason;
}

/** One breaker of a service on one of its instances. */
export interface Host {
  instance: string;
  state: BreakerCell['state'];
  phase: BreakerCell['phase'];
  answered: number;
  failed: number;
  openings: number;
  ageMs: number;
}

/** The same breaker on every instance of its service, by name: whether one host is sick, or all of them. */
export function hostsOf(cells: readonly BreakerCell[], { service, name }: BreakerCell): Host[] {
  return cells
    .filter((cell) => cell.service === service && cell.name === name)
    .map(({ instance, state, phase, answered, failed, openings, ageMs }) => ({
      ...{ instance, state, phase, answered, failed, openings, ageMs },
    }))
    .sort((a, b) => a.instance.localeCompare(b.instance));
}

/** `open on 1 of 2 instances: orders-2`; empty while they agree or there is one. */
export function splitWords(hosts: readonly Host[]): string {
  const open = hosts.filter(({ phase }) => phase === 'open' || phase === 'half_open');
  if (hosts.length < 2 || open.length === 0 || open.length === hosts.length) return '';
  const names = open.map(({ instance }) => instance).join(', ');
  return `Not closed on ${open.length} of ${hosts.length} instances: ${names}.`;
}
