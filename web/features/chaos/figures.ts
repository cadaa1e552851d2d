import type { Figure, Recovery, Run } from '@stormglass/chaos/contract';
import { count, duration, durationText, type Measured, percent } from '../../ui/format.ts';

/** A card of the figures panel. */
export interface FigureCard {
  id: string;
  title: string;
  /** Beside the title: `t1 − t0`. */
  symbol: string;
  value: Measured;
  tone: 'plain' | 'failing' | 'unknown';
  note: string;
  figure: Figure;
}

/** The value of a figure in its unit. */
export function figureValue(figure: Figure): Measured {
  if (figure.value === null) return { value: 'unknown', unit: '' };
  switch (figure.unit) {
    case 'ms':
      return duration(figure.value);
    case 'share':
      return { value: percent(figure.value).replace(' %', ''), unit: '%' };
    case 'ratio':
      return { value: figure.value.toFixed(2), unit: '×' };
    case 'services':
      return { value: count(figure.value), unit: figure.value === 1 ? 'other service' : 'other services' };
    case 'requests':
    case 'calls':
    case 'openings':
    case 'sagas':
    case 'messages':
      return { value: count(Math.round(figure.value)), unit: figure.unit };
    case 'messages/s':
      return { value: figure.value.toFixed(1), unit: figure.unit };
  }
}

function budgetNote(figure: Figure, budgetSeconds: number | undefined): { note: string; broken: boolean } {
  if (budgetSeconds === undefined) return { note: 'no budget set', broken: false };
  const broken = figure.value !== null && figure.value > budgetSeconds * 1000;
  return { note: `budget ${durationText(budgetSeconds * 1000)}${broken ? ', broken' : ''}`, broken };
}

function card(
  id: string,
  title: string,
  symbol: string,
  figure: Figure,
  note: string,
  failing = false,
): FigureCard {
  const tone = figure.value === null ? 'unknown' : failing ? 'failing' : 'plain';
  return { id, title, symbol, value: figureValue(figure), tone, note, figure };
}

/** The figures of a run in the order in which a person asks for them. */
export function figureCards(run: Pick<Run, 'experiment'>, r: Recovery): FigureCard[] {
  const detect = budgetNote(r.detect, run.experiment.budget.detect);
  const recover = budgetNote(r.recover, run.experiment.budget.recover);
  const total = r.sli.reduce((sum, p) => sum + p.total, 0);
  const blast = r.blastRadius.value ?? 0;
  return [
    card('detect', 'Detect', 't1 − t0', r.detect, detect.note, detect.broken),
    card('mitigate', 'Mitigate', 't2 − t0', r.mitigate, 'while the fault was on'),
    card('recover', 'Recover', 't4 − t3', r.recover, recover.note, recover.broken),
    card(
      'lost',
      'Lost requests',
      '',
      r.lostRequests,
      `of ${count(total)} in the range`,
      (r.lostRequests.value ?? 0) > 0,
    ),
    card(
      'blast',
      'Blast radius',
      '',
      r.blastRadius,
      r.affectedServices.join(', ') || 'no other service',
      blast > 1,
    ),
    card('queue', 'Queue peak', '', r.queuePeak, drainNote(r)),
    card('outage', 'Hurt to healthy', 't4 − t0', r.outage, 'the whole incident'),
    card('receipts', 'Hit by the fault', '', r.receiptShare, 'share of requests with a receipt'),
  ];
}

function drainNote(r: Recovery): string {
  if (r.queuePeak.value === 0) return 'nothing had to wait';
  return r.drainMs.value === null ? 'did not drain' : `drained in ${durationText(r.drainMs.value)}`;
}

/** Share asked for by the first fault, against what the receipts say. */
export function askedShare(run: Pick<Run, 'experiment'>): number | null {
  for (const a of run.experiment.method) {
    if (a.provider.type === 'fault') return a.provider.spec.selector.percentage / 100;
  }
  return null;
}
