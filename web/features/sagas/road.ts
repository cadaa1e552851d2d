import type { StepLook } from '../../ui/glyphs/saga-step.tsx';
import type { Attempt } from './attempts.ts';
import type { SagaView, StepView } from './model.ts';

/** A disc on the road. Coordinates in px. */
export interface RoadNode {
  id: string;
  x: number;
  line: 'forward' | 'undo';
  glyph: StepLook;
  /** Above (or below) the disc; empty for all but the first attempt of a step with several. */
  title: string;
  at: number | null;
  durationMs: number | null;
  detail: string;
  small: boolean;
  pivot: boolean;
}

export interface RoadWait {
  x0: number;
  x1: number;
  line: 'forward' | 'undo';
  ms: number;
}

export interface Road {
  width: number;
  nodes: RoadNode[];
  /** Waits between two discs which were folded. */
  waits: RoadWait[];
  /** Steps with several attempts get a bracket. */
  brackets: { x0: number; x1: number; label: string }[];
  /** Where forward ends and turns; null when it does not turn. */
  turnX: number | null;
  forwardEnd: number;
  undoStart: number | null;
  /** Dotted stems between a step and what undid it. */
  stems: { x: number; label: string }[];
}

/** Narrower than this the drawing scrolls sideways, px. */
export const LEAST_ROAD = 900;
const LEFT = 96;
const RIGHT = 40;
const WIDEST_GAP = 200;
const MOST_SHOWN = 5;
const SMALL_GAP = 21;
const FOLD_MS = 1_000;

function glyphOf(attempt: Attempt, undo: boolean): StepLook {
  if (attempt.outcome === 'not_sent') return 'not-sent';
  return attempt.outcome === 'ok' && undo ? 'compensated' : attempt.outcome;
}

function durationOf(a: Attempt): number | null {
  return a.endedAt === null ? null : a.endedAt - a.startedAt;
}

function shown(step: StepView): Attempt[] {
  return step.attempts.length <= MOST_SHOWN
    ? step.attempts
    : [...step.attempts.slice(0, 2), ...step.attempts.slice(-3)];
}

interface Slots {
  at: (slot: number) => number;
  turnSlot: number | null;
}

/** Told after the saga had turned back (a notice that it was cancelled): it stands at the end of the way back. */
function isLate(step: StepView, view: SagaView): boolean {
  const first = step.attempts[0];
  return first !== undefined && view.turnedAt !== null && first.startedAt >= view.turnedAt;
}

function layoutSlots(view: SagaView, width: number): Slots {
  const started = view.steps.filter((s) => s.attempts.length > 0 && !isLate(s, view));
  const never = view.steps.filter((s) => s.attempts.length === 0).length;
  const used = 1 + started.reduce((n, s) => n + shown(s).length, 0);
  const turning = view.turnedAt !== null;
  const count = used + (turning ? 0.8 : 0) + never;
  const gap = Math.min(WIDEST_GAP, (width - LEFT - RIGHT - 30) / Math.max(1, count - 1));
  return { at: (slot) => LEFT + slot * gap, turnSlot: turning ? used - 0.4 : null };
}

interface Draft {
  road: Road;
  slots: Slots;
  slot: number;
}

function addStep(draft: Draft, step: StepView): void {
  const { road, slots } = draft;
  const attempts = shown(step);
  if (attempts.length === 0) return;
  const first = draft.slot;
  attempts.forEach((attempt, i) => {
    const x = slots.at(draft.slot);
    road.nodes.push({
      id: `${step.step}:${i}`,
      x,
      line: 'forward',
      glyph: glyphOf(attempt, false),
      title: attempts.length === 1 ? step.step : String(attempt.number),
      at: attempt.startedAt,
      durationMs: durationOf(attempt),
      detail: attempt.detail,
      small: false,
      pivot: step.pivot && i === 0,
    });
    draft.slot += 1;
  });
  if (attempts.length > 1) {
    road.brackets.push({
      x0: slots.at(first),
      x1: slots.at(draft.slot - 1),
      label: `${step.step}, ${step.attempts.length} attempts, one key`,
    });
  }
  if (step.undo) addUndo(draft, step, slots.at(first));
}

function addUndo(draft: Draft, step: StepView, x: number): void {
  const undo = step.undo;
  if (!undo) return;
  const last = undo.attempts[undo.attempts.length - 1];
  if (!last) return;
  const earlier = undo.attempts.slice(0, -1).slice(-MOST_SHOWN);
  earlier.forEach((attempt, i) => {
    draft.road.nodes.push({
      id: `undo:${step.step}:${i}`,
      x: x + (earlier.length - i) * SMALL_GAP + 20,
      line: 'undo',
      glyph: glyphOf(attempt, true),
      title: i === 0 ? `${undo.attempts.length - 1} earlier` : '',
      at: null,
      durationMs: null,
      detail: attempt.detail,
      small: true,
      pivot: false,
    });
  });
  draft.road.nodes.push({
    id: `undo:${step.step}`,
    x,
    line: 'undo',
    glyph: glyphOf(last, true),
    title: `undo ${step.step}`,
    at: last.startedAt,
    durationMs: durationOf(last),
    detail: last.detail,
    small: false,
    pivot: false,
  });
  draft.road.stems.push({ x, label: `undone ${ordinal(undo.order)}` });
}

function addLate(draft: Draft, step: StepView): void {
  const last = step.attempts[step.attempts.length - 1];
  if (!last) return;
  draft.road.nodes.push({
    id: `late:${step.step}`,
    x: LEFT,
    line: 'undo',
    glyph: glyphOf(last, false),
    title: step.step,
    at: last.startedAt,
    durationMs: durationOf(last),
    detail: last.detail,
    small: false,
    pivot: false,
  });
}

function ordinal(n: number): string {
  return ['', '1st', '2nd', '3rd'][n] ?? `${n}th`;
}

function addNever(draft: Draft, steps: StepView[], endX: number): void {
  const room = draft.road.width - RIGHT - endX;
  const gap = Math.min(120, room / Math.max(1, steps.length));
  steps.forEach((step, i) => {
    draft.road.nodes.push({
      id: `never:${step.step}`,
      x: endX + gap * (i + 0.6),
      line: 'forward',
      glyph: 'never',
      title: step.step,
      at: null,
      durationMs: null,
      detail: step.pivot ? 'no way back after it' : 'never started',
      small: false,
      pivot: step.pivot,
    });
  });
}

function waitsOf(nodes: RoadNode[]): RoadWait[] {
  const waits: RoadWait[] = [];
  const forward = nodes.filter((n) => n.line === 'forward' && n.at !== null);
  const undo = nodes
    .filter((n) => n.line === 'undo' && n.at !== null)
    .sort((a, b) => (a.at ?? 0) - (b.at ?? 0));
  for (const line of [forward, undo]) {
    for (let i = 1; i < line.length; i++) {
      const a = line[i - 1];
      const b = line[i];
      if (!a || !b || a.at === null || b.at === null) continue;
      const ms = b.at - (a.at + (a.durationMs ?? 0));
      if (ms >= FOLD_MS) waits.push({ x0: a.x, x1: b.x, line: b.line, ms });
    }
  }
  return waits;
}

/** Forward above, left to right; compensations below, each under the step it undoes; waits folded. */
export function sagaRoad(view: SagaView, width: number): Road {
  const road: Road = {
    width,
    nodes: [],
    waits: [],
    brackets: [],
    turnX: null,
    forwardEnd: LEFT,
    undoStart: null,
    stems: [],
  };
  const draft: Draft = { road, slots: layoutSlots(view, width), slot: 1 };
  road.nodes.push({
    id: 'started',
    x: LEFT,
    line: 'forward',
    glyph: 'ok',
    title: 'start',
    at: view.startedAt,
    durationMs: null,
    detail: '',
    small: false,
    pivot: false,
  });
  for (const step of view.steps) if (!isLate(step, view)) addStep(draft, step);
  for (const step of view.steps) if (isLate(step, view)) addLate(draft, step);
  const { turnSlot, at } = draft.slots;
  road.forwardEnd = at(draft.slot - 1);
  if (turnSlot !== null) road.turnX = at(turnSlot);
  addNever(
    draft,
    view.steps.filter((s) => s.attempts.length === 0),
    road.turnX ?? road.forwardEnd,
  );
  const undone = road.nodes.filter((n) => n.line === 'undo');
  road.undoStart = undone.length > 0 ? Math.min(...undone.map((n) => n.x)) : road.turnX;
  road.waits = waitsOf(road.nodes);
  return road;
}
