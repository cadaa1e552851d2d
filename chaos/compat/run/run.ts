import { elements, get, item } from '../py/access.ts';
import { PyError } from '../py/error.ts';
import { substitute } from '../py/template.ts';
import { str } from '../py/text.ts';
import { type Dict, truthy, type Value } from '../py/value.ts';
import { namesIn } from '../scope.ts';
import { type Finding, lookAtSteadyState } from './hypothesis.ts';
import { executeAll } from './jobs.ts';
import { emptyJournal, type Journal } from './journal.ts';
import type { Stage } from './stage.ts';
import { Interruption, type MainThread } from './thread.ts';
import { type Schedule, Watch } from './watch.ts';

export const STRATEGIES = [
  ...['default', 'before-method-only', 'after-method-only', 'during-method-only', 'continuously', 'skip'],
] as const;

export interface Plan extends Schedule {
  /** One of STRATEGIES. */
  hypothesis: string;
  /** `default`, `always`, `never` or `deviated`; rollbacks are not played under another name. */
  rollbacks: string;
}

/** Plays an experiment as the reference does, its holes included. Throws where the reference dies without a journal. */
export async function play(stage: Stage, plan: Plan, thread: MainThread): Promise<Journal> {
  const { experiment, log } = stage;
  experiment.set('title', substitute(item(experiment, 'title'), namesIn(stage.scope)));
  log('INFO', `Running experiment: ${str(item(experiment, 'title'))}`);
  const journal = emptyJournal(experiment, stage.now());
  if (stage.dry !== null) log('WARNING', `Running experiment with dry ${stage.dry}`);
  log('INFO', `Steady-state strategy: ${plan.hypothesis}`);
  log('INFO', `Rollbacks strategy: ${plan.rollbacks}`);
  const watch = new Watch(stage, plan, journal);
  let leavesAll = false;
  try {
    await playSteps(stage, plan, journal, { thread, watch });
  } catch (error) {
    if (!(error instanceof Interruption)) throw error;
    journal.status = 'interrupted';
    leavesAll = error.kind === 'leave-all';
    tell(error, stage);
  } finally {
    await watch.ended();
  }
  if (!leavesAll && playsRollbacks(plan.rollbacks, journal, stage))
    await playRollbacks(stage, journal, thread);
  journal.status ??= 'completed';
  log('INFO', `Experiment ended with status: ${journal.deviated ? 'deviated' : journal.status}`);
  if (journal.deviated) log('INFO', 'The steady-state has deviated, a weakness may have been discovered');
  return journal;
}

function tell({ kind }: Interruption, { log }: Stage): void {
  if (kind === 'terminate') log('CRITICAL', 'SIGTERM signal received');
  else if (kind === 'keyboard') log('WARNING', 'Received a termination signal (Ctrl-C)...');
  else log('WARNING', `Received the exit signal: ${kind === 'leave' ? 20 : 30}`);
  if (kind === 'leave-all') log('WARNING', 'Ignoring rollbacks as per signal');
}

interface Means {
  thread: MainThread;
  watch: Watch;
}

async function playSteps(stage: Stage, plan: Plan, journal: Journal, means: Means): Promise<void> {
  const { thread, watch } = means;
  const looks = plan.hypothesis !== 'skip' && hasProbes(stage.experiment);
  if (plan.hypothesis === 'skip') stage.log('INFO', 'Skipping Steady-State Hypothesis as requested');
  else if (!looks) stage.log('INFO', "No steady state hypothesis defined. That's ok, just exploring.");
  const when = (...names: string[]) => looks && names.includes(plan.hypothesis);
  if (when('default', 'before-method-only', 'continuously')) {
    journal.before = await lookAtSteadyState(stage, thread);
    if (!journal.before.met) {
      judge(journal.before, journal, stage);
      return;
    }
  }
  if (when('during-method-only', 'continuously')) watch.start();
  const played = await playMethod(stage, journal, thread);
  watch.stop();
  if (!played || journal.status === 'interrupted' || journal.status === 'aborted') return;
  if (!when('default', 'after-method-only', 'continuously')) return;
  journal.after = await lookAtSteadyState(stage, thread);
  if (journal.after.met) return;
  journal.deviated = true;
  judge(journal.after, journal, stage);
}

function hasProbes(experiment: Dict): boolean {
  const hypothesis = get(experiment, 'steady-state-hypothesis', null);
  return truthy(hypothesis) && truthy(get(hypothesis, 'probes', null));
}

/** Out of tolerance is a completed run, and only a probe without an answer is a failed one. */
function judge({ probes }: Finding, journal: Journal, { log }: Stage): void {
  journal.status = probes.every((run) => run.get('status') === 'succeeded') ? 'completed' : 'failed';
  const name = str(item(probes.at(-1)?.get('activity') ?? null, 'name'));
  log('CRITICAL', `Steady state probe '${name}' is not in the given tolerance so failing this experiment`);
}

/** Whether the method came to its end; errors other than failed activities abort it. */
async function playMethod(stage: Stage, journal: Journal, thread: MainThread): Promise<boolean> {
  stage.log('INFO', "Playing your experiment's method now...");
  try {
    const method = get(stage.experiment, 'method', []);
    if (!truthy(method)) stage.log('INFO', "No declared activities, let's move on.");
    const enough = () => journal.status !== null && journal.status !== 'completed';
    await executeAll(elements(method), stage, thread, { runs: journal.run, enough });
    return true;
  } catch (error) {
    if (error instanceof Interruption || !(error instanceof Error)) throw error;
    journal.status = 'aborted';
    const cause =
      error instanceof PyError ? `${error.type}: ${error.message}` : (error.stack ?? error.message);
    stage.log('CRITICAL', `Experiment ran into an un expected fatal error, aborting now.\n${cause}`);
    return false;
  }
}

function playsRollbacks(strategy: string, { status, deviated }: Journal, { log }: Stage): boolean {
  switch (strategy) {
    case 'always':
      log('WARNING', 'Rollbacks were explicitly requested to be played');
      return true;
    case 'never':
      log('WARNING', 'Rollbacks were explicitly requested to not be played');
      return false;
    case 'deviated':
      if (deviated) log('WARNING', 'Rollbacks will be played only because the experiment deviated');
      return deviated;
    default:
      return strategy === 'default' && status !== 'failed' && status !== 'interrupted';
  }
}

async function playRollbacks(stage: Stage, journal: Journal, thread: MainThread): Promise<void> {
  stage.log('INFO', "Let's rollback...");
  const rollbacks = get(stage.experiment, 'rollbacks', []);
  if (!truthy(rollbacks)) stage.log('INFO', "No declared rollbacks, let's move on.");
  const announce = (activity: Value) => stage.log('INFO', `Rollback: ${str(get(activity, 'name', null))}`);
  const runs = journal.rollbacks;
  try {
    await executeAll(elements(rollbacks), stage, thread, { runs, enough: () => false, announce });
  } catch (error) {
    if (!(error instanceof Interruption)) throw error;
    journal.status = 'interrupted';
    const rest = 'Terminating now without running the remaining rollbacks.';
    if (error.kind === 'terminate') stage.log('CRITICAL', 'SIGTERM signal received');
    else stage.log('WARNING', `Received an exit signal.${rest}`);
  }
}
