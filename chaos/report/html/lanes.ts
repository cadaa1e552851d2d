import { type Frame, textWidth } from './frame.ts';
import { html, type Markup } from './markup.ts';
import type { Stretch, Timeline } from './timeline.ts';

const FAULT_ROW = 24;
const GOOD = 84;
const CONDITION_ROW = 19;
const GAP = 10;

/** Heights of the lanes, with the space below each. */
export function laneHeights({ faults, conditions }: Timeline, { label, narrow }: Frame) {
  const own = narrow ? label : 0;
  return {
    faults: faults.length * (FAULT_ROW + own) + GAP,
    good: GOOD + label + GAP + 4,
    conditions: conditions.length * (CONDITION_ROW + own) + GAP / 2,
  };
}

function laneLabel(text: string, frame: Frame, y: number, middle: number): Markup {
  const at = frame.narrow ? y + 13 : middle + 4;
  return html`<text x="${frame.narrow ? frame.left : 0}" y="${at}" font-size="11" font-weight="500" fill="var(--ink2)" paint-order="stroke" stroke="var(--bg1)" stroke-width="4">${shortened(text, frame)}</text>`;
}

/** A label that would run into its lane ends with an ellipsis; the table below has it whole. */
function shortened(text: string, { narrow, left, width }: Frame): string {
  const room = narrow ? width - 24 : left - 8;
  if (textWidth(text) <= room) return text;
  return `${text.slice(0, Math.floor(room / textWidth('x')) - 1)}…`;
}

export function faultLanes({ faults }: Timeline, frame: Frame, top: number): Markup {
  return html`${faults.map(({ from, to, title, outcome }, i) => {
    const y = top + i * (FAULT_ROW + frame.label);
    const bar = y + frame.label;
    const [x0, x1] = [frame.x(from), frame.x(to)];
    const name = faults.length === 1 ? 'Fault' : `Fault ${i + 1}`;
    const needed = textWidth(title) + 16;
    const inside = !frame.narrow && x1 - x0 > needed;
    const beside = !frame.narrow && !inside && frame.right - x1 > needed;
    return html`<g><title>${title}: ${outcome}</title>
${laneLabel(frame.narrow ? title : name, frame, y, bar + 8)}
<rect x="${x0}" y="${bar}" width="${Math.max(2, x1 - x0)}" height="16" rx="2" fill="url(#hatch)" stroke="var(--fault)"/>
${inside || beside ? faultTitle(title, inside ? x0 + 8 : x1 + 8, bar + 12) : null}</g>`;
  })}`;
}

function faultTitle(title: string, x: number, y: number): Markup {
  const width = textWidth(title, 13);
  return html`<rect x="${x - 5}" y="${y - 10}" width="${width}" height="12" fill="var(--bg1)"/>
<text x="${x}" y="${y}" font-size="11" font-weight="600" fill="var(--fault)">${title}</text>`;
}

/** Share of good answers a second: a line, and what is missing from all of them filled. */
export function goodLane({ good }: Timeline, frame: Frame, top: number): Markup {
  const head = top + frame.label + 4;
  const y = (share: number): number => Math.round((head + (1 - share) * GOOD) * 10) / 10;
  const points = good.map(({ at, share }) => `${frame.x(at)} ${y(share)}`);
  const first = good[0];
  const last = good.at(-1);
  const lost =
    first === undefined || last === undefined
      ? null
      : html`<path d="M${frame.x(first.at)} ${y(1)}L${points.join('L')}L${frame.x(last.at)} ${y(1)}Z" fill="var(--failing)" fill-opacity=".28"/>
<path d="M${points.join('L')}" fill="none" stroke="var(--ink1)" stroke-width="1.5" stroke-linejoin="round"/>`;
  return html`<g>${laneLabel('Good answers', frame, top, head + 6)}
${[1, 0.5, 0].map(
  (share) => html`<path d="M${frame.left} ${y(share)}H${frame.right}" stroke="var(--line1)"/>
<text x="${frame.narrow ? frame.right : frame.left - 6}" y="${y(share) + (frame.narrow ? -3 : 4)}" text-anchor="end" font-size="10.5" fill="var(--ink3)">${share * 100} %</text>`,
)}
${lost ?? html`<text x="${frame.left + 8}" y="${y(0.5)}" font-size="11" fill="var(--ink3)">no call was seen</text>`}</g>`;
}

/** What recovery waits for: full where it held, dashed where it did not. */
export function conditionLanes({ conditions, to, from }: Timeline, frame: Frame, top: number): Markup {
  return html`${conditions.map(({ title, broken }, i) => {
    const y = top + i * (CONDITION_ROW + frame.label);
    const bar = y + frame.label + 2;
    return html`<g><title>${title}: ${broken.length === 0 ? 'held throughout' : `broken ${broken.length} times`}</title>
${laneLabel(title, frame, y, bar + 5)}
${held(broken, { from, to }).map((one) => segment(frame, one, bar, true))}
${broken.map((one) => segment(frame, one, bar, false))}</g>`;
  })}`;
}

function held(broken: readonly Stretch[], whole: Stretch): Stretch[] {
  const parts: Stretch[] = [];
  let at = whole.from;
  for (const gap of [...broken].sort((a, b) => a.from - b.from)) {
    if (gap.from > at) parts.push({ from: at, to: gap.from });
    at = Math.max(at, gap.to);
  }
  if (at < whole.to) parts.push({ from: at, to: whole.to });
  return parts;
}

function segment(frame: Frame, { from, to }: Stretch, y: number, holds: boolean): Markup {
  const [x0, x1] = [frame.x(from), frame.x(to)];
  const width = Math.max(1, x1 - x0);
  return holds
    ? html`<rect x="${x0}" y="${y}" width="${width}" height="10" fill="var(--ok)" fill-opacity=".62"/>`
    : html`<rect x="${x0 + 0.5}" y="${y + 0.5}" width="${Math.max(1, width - 1)}" height="9" fill="none" stroke="var(--failing)" stroke-dasharray="3 2"/>`;
}
