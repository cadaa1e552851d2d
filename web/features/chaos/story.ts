import { type FaultSpec, isNetworkAction, rowOf } from '@stormglass/agents/contract';
import type { Figure, Recovery, Run } from '@stormglass/chaos/contract';
import { networkWords } from '../../live/fault-words.ts';
import { clock, count, durationText, plural } from '../../ui/format.ts';
import { lastToHold } from './conditions.ts';

/** A stretch of a sentence; strong ones carry the numbers. */
export interface Phrase {
  text: string;
  strong: boolean;
}

const plain = (text: string): Phrase => ({ text, strong: false });
const strong = (text: string): Phrase => ({ text, strong: true });

/** The faults of an experiment's method, in order. */
export function faultsOf(run: Pick<Run, 'experiment'>): FaultSpec[] {
  return run.experiment.method.flatMap((a) => (a.provider.type === 'fault' ? [a.provider.spec] : []));
}

function whatBroke(spec: FaultSpec): string {
  const { action, target, selector } = spec;
  const on = selector.percentage < 100 ? `${selector.percentage} % of calls` : 'every call';
  const who = target.kind === 'edge' ? `Calls from ${target.from} to ${target.to}` : capital(target.service);
  if (isNetworkAction(action)) return `${who} had ${networkWords(action)} to its database or broker`;
  switch (action.type) {
    case 'latency':
      return `${who} answered ${durationText(action.ms)} late on ${on}`;
    case 'error':
      return `${who} answered ${action.status} on ${on}`;
    case 'hang':
      return `${who} did not answer on ${on}`;
    case 'reset':
      return `${who} cut the connection on ${on}`;
    case 'throttle':
      return `Replies of ${who} came at ${action.bytesPerSecond} bytes a second on ${on}`;
    case 'truncate':
      return `Replies of ${who} broke off on ${on}`;
    case 'corrupt':
      return `Replies of ${who} said something else on ${on}`;
    case 'database_outage':
      return `The database of ${target.kind === 'edge' ? target.to : target.service} was down`;
    case 'lock_contention':
      return `The table ${action.table} of ${target.kind === 'edge' ? target.to : target.service} was locked`;
    case 'pool_exhaustion':
      return `${who} had no database connection left`;
    case 'consumer_stop':
      return `${who} stopped taking messages${target.kind === 'consumer' ? ` from ${target.queue}` : ''}`;
    case 'process_kill':
      return `${who} was killed`;
    case 'process_pause':
      return `${who} was paused`;
    default:
      return `${who} had to live with this: ${rowOf(action.type).title.toLowerCase()}`;
  }
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

const known = (figure: Figure): figure is Figure & { value: number } => figure.value !== null;

function detectPhrases(r: Recovery): Phrase[] {
  if (!known(r.detect)) return [plain(' Nothing noticed it: no breaker opened and no level was breached.')];
  const cause = r.t1Cause ? `: ${r.t1Cause}` : '';
  return [plain(' It was noticed after '), strong(durationText(r.detect.value)), plain(`${cause}.`)];
}

function costPhrases(r: Recovery): Phrase[] {
  const phrases: Phrase[] = [];
  if (known(r.lostRequests)) {
    phrases.push(
      strong(` ${plural(Math.round(r.lostRequests.value), 'request')}`),
      plain(' did not get a good answer'),
    );
  }
  if (r.t2 !== null) {
    phrases.push(
      plain(phrases.length > 0 ? '; ' : ' '),
      plain(`from ${clock(r.t2, 1)} answers were good again.`),
    );
  } else if (phrases.length > 0) phrases.push(plain('.'));
  return phrases;
}

function recoverPhrases(r: Recovery): Phrase[] {
  if (r.t3 === null) return [plain(' The fault is not read back as gone yet.')];
  const gone = plain(` The fault was gone at ${clock(r.t3, 1)}`);
  if (r.t4 === null) {
    const open = r.conditions.filter((c) => c.since === null).map((c) => c.title);
    return [
      gone,
      plain(open.length > 0 ? `; still waiting for ${open.join(', ')}.` : '; recovery is not proven yet.'),
    ];
  }
  const last = lastToHold(r);
  const because = last ? `, the last to hold: ${last.title.toLowerCase()}` : '';
  return [
    gone,
    plain(', and everything held again '),
    strong(`${durationText(r.recover.value)} later`),
    plain(`${because}.`),
  ];
}

function sagaPhrases(r: Recovery): Phrase[] {
  const { confirmed, compensated, stuck, active } = r.sagas;
  if (confirmed + compensated + stuck + active === 0) return [];
  const tail = stuck > 0 ? strong(` ${plural(stuck, 'saga')} stuck.`) : strong(' No saga is stuck.');
  return [plain(` ${count(confirmed)} sagas confirmed, ${count(compensated)} undone.`), tail];
}

/** What broke, what it cost, is it over: from measured numbers only. */
export function storyOf(run: Pick<Run, 'experiment' | 'recovery' | 'verdict' | 'why'>): Phrase[] {
  const faults = faultsOf(run);
  const r = run.recovery;
  const broke = faults.length > 0 ? `${faults.map(whatBroke).join('; ')}.` : run.experiment.description;
  if (!r || r.t0 === null) {
    const tail = run.verdict === null ? ' No call has been hurt yet.' : ` ${run.why}`;
    return [plain(run.experiment.story || run.experiment.description), plain(tail)];
  }
  return [plain(broke), ...detectPhrases(r), ...costPhrases(r), ...recoverPhrases(r), ...sagaPhrases(r)];
}
