import { assertNever } from '@stormglass/agents/contract';
import type { Answer } from '../../live/answers.ts';
import type { Consequences } from '../../ui/confirming.tsx';
import { clock, count, durationText, plural, rateText } from '../../ui/format.ts';
import type { StateHue } from '../../ui/state.ts';
import type { QueueCard } from './model.ts';

/** What the depth is going to do, in words. */
export function drainWords({
  drain,
  trouble,
  depth,
}: Pick<QueueCard, 'drain' | 'trouble' | 'depth'>): string {
  if (trouble === 'paused') return depth === 0 ? 'Paused, nothing waits' : `Paused, ${count(depth)} wait`;
  switch (drain.kind) {
    case 'empty':
      return 'Empty';
    case 'draining':
      return `Empty in ${durationText(drain.inMs)}, at ${clock(drain.emptyAt)}`;
    case 'filling':
      return `Filling by ${rateText(drain.perSecond)}`;
    case 'stalled':
      return 'Nothing goes out';
    case 'unknown':
      return `Unknown: ${drain.why}`;
    default:
      return assertNever(drain);
  }
}

/** The tag of a card in trouble; null for one that keeps up. */
export function troubleTag(card: QueueCard): { hue: StateHue; text: string } | null {
  switch (card.trouble) {
    case 'stuck':
      return { hue: 'open', text: 'Not draining' };
    case 'paused':
      return { hue: 'degraded', text: 'Paused' };
    case 'filling':
      return { hue: 'degraded', text: 'Filling' };
    case 'unknown':
      return { hue: 'unknown', text: `No report for ${durationText(card.ageMs)}` };
    case 'dead':
    case 'none':
      return null;
    default:
      return assertNever(card.trouble);
  }
}

function numberField(result: unknown, key: string): number | null {
  if (typeof result !== 'object' || result === null || !(key in result)) return null;
  const value = (result as Record<string, unknown>)[key];
  return typeof value === 'number' ? value : null;
}

/** What an action did, in words, from its answer. */
export function actionWords(action: string, result: unknown): string {
  const redriven = numberField(result, 'redriven');
  const purged = numberField(result, 'purged');
  if (redriven !== null) return `${redriven} sent back to the queue.`;
  if (purged !== null) return `${purged} removed for good.`;
  return action === 'pause' ? 'Paused: consumers take nothing.' : action === 'resume' ? 'Resumed.' : 'Done.';
}

/** What became of the consumers, those included that were not reached. */
export function scaledWords({
  consumers,
  missed,
}: Pick<Answer<'scaleQueue'>, 'consumers' | 'missed'>): string {
  const [first] = consumers;
  const done =
    first?.concurrency === 0
      ? `${plural(consumers.length, 'consumer')} set: nothing is taken.`
      : `${plural(consumers.length, 'consumer')} set to ${first?.concurrency ?? 0}.`;
  const names = missed.map(({ instance }) => instance).join(', ');
  return names === '' ? done : `${done} Not reached: ${names}.`;
}

/** What a pause does, and what ends it. */
export function pauseWords(queue: string): Consequences {
  return {
    hits: `No consumer takes a message of ${queue}: what comes in waits, and what needs it does too.`,
    undo: 'Resume ends it. Nothing is lost, and nothing ends it by itself.',
    deed: `Pause ${queue}`,
  };
}

/** What sending all dead letters back does. */
export function redriveWords(queue: string, dead: number): Consequences {
  return {
    hits: `${plural(dead, 'dead letter')} of ${queue} ${dead === 1 ? 'goes' : 'go'} back to its consumers, with a fresh set of attempts.`,
    undo: 'It cannot be taken back; those that fail again become dead again.',
    deed: `Redrive ${dead}`,
  };
}
