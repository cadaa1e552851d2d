import type { Frame } from './frame.ts';
import { frameOf, textWidth } from './frame.ts';
import { conditionLanes, faultLanes, goodLane, laneHeights } from './lanes.ts';
import { html, type Markup } from './markup.ts';
import { type Timeline, ticksOf } from './timeline.ts';

const FLAG_ROW = 30;
const DIMENSION_ROW = 18;
const AXIS = 22;

/** The timeline as SVG: flags t0 to t4, what lies between them, faults, answers, conditions. */
export function drawing(timeline: Timeline, width: number, kind: 'wide' | 'narrow'): Markup {
  const frame = frameOf(timeline, width);
  const heights = laneHeights(timeline, frame);
  const top = FLAG_ROW + (1 + Math.max(-1, ...timeline.dimensions.map(({ row }) => row))) * DIMENSION_ROW + 8;
  const good = top + heights.faults;
  const conditions = good + heights.good;
  const axis = conditions + heights.conditions;
  return html`<svg class="${kind}" viewBox="0 0 ${width} ${axis + AXIS}" role="img" aria-label="${words(timeline)}">
${axisOf(timeline, frame, axis)}
${faultLanes(timeline, frame, top)}
${goodLane(timeline, frame, good)}
${conditionLanes(timeline, frame, conditions)}
${flags(timeline, frame, axis)}
${timeline.dimensions.map((one) => dimension(one, frame))}
</svg>`;
}

/** The hatch of everything done on purpose; one for all drawings of the page. */
export const HATCH = html`<svg width="0" height="0" style="position:absolute" aria-hidden="true"><defs>
<pattern id="hatch" width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
<rect width="5" height="5" fill="var(--fault)" fill-opacity=".14"/><rect width="1.5" height="5" fill="var(--fault)" fill-opacity=".8"/>
</pattern></defs></svg>`;

function words({ flags, origin, faults }: Timeline): string {
  const instants = flags.map(
    ({ id, what, at }) => `${id} ${what} after ${((at - origin) / 1000).toFixed(1)} s`,
  );
  return [...faults.map(({ title }) => title), ...instants].join('; ') || 'nothing was injected';
}

function axisOf(timeline: Timeline, frame: Frame, y: number): Markup {
  const ticks = ticksOf(timeline, Math.max(2, Math.floor((frame.right - frame.left) / 70)));
  return html`<path d="M${frame.left} ${y}H${frame.right}" stroke="var(--line2)"/>
${ticks.map(({ at, label }) => {
  const x = frame.x(at);
  const anchor = x > frame.right - 14 ? 'end' : x < frame.left + 14 ? 'start' : 'middle';
  return html`<path d="M${x} ${y}v4" stroke="var(--line3)"/><text x="${x}" y="${y + 16}" text-anchor="${anchor}" font-size="10.5" fill="var(--ink3)">${label}</text>`;
})}`;
}

/** Flags that stand too close to each other move to the right; their lines stay where they are. */
function flags({ flags: all }: Timeline, frame: Frame, bottom: number): Markup {
  let taken = Number.NEGATIVE_INFINITY;
  const placed = all.map((flag) => {
    const x = frame.x(flag.at);
    const at = Math.min(frame.right - 9, Math.max(x, taken + 20));
    taken = at;
    return { ...flag, x, pill: at };
  });
  return html`${placed.map(({ id, what, x, pill }, i) => {
    const next = placed[i + 1]?.pill ?? frame.right;
    const label = what.split(':')[0] ?? what;
    const fits = !frame.narrow && next - pill > textWidth(label) + 26;
    const dash = id === 't0' || id === 't4' ? 'none' : '3 3';
    return html`<g><title>${id}: ${what}</title>
<path d="M${x} 27V${bottom}" stroke="var(--ink1)" stroke-opacity=".75" stroke-dasharray="${dash}"/>
<rect x="${pill - 9}" y="8" width="18" height="17" rx="3" fill="var(--ink1)"/>
<text x="${pill}" y="20" text-anchor="middle" font-size="10.5" font-weight="600" fill="var(--bg1)">${id}</text>
${fits ? html`<text x="${pill + 14}" y="20" font-size="11" fill="var(--ink2)">${label}</text>` : null}</g>`;
  })}`;
}

function dimension({ from, to, label, row }: Timeline['dimensions'][number], frame: Frame): Markup {
  const y = FLAG_ROW + 10 + row * DIMENSION_ROW;
  const [x0, x1] = [frame.x(from), frame.x(to)];
  const needed = textWidth(label, 11.5) + 14;
  const inside = x1 - x0 > needed;
  const after = frame.right - x1 > needed;
  const x = inside ? (x0 + x1) / 2 : after ? x1 + 7 : x0 - 7;
  const anchor = inside ? 'middle' : after ? 'start' : 'end';
  return html`<path d="M${x0} ${y - 4}v8M${x1} ${y - 4}v8M${x0} ${y}H${x1}" stroke="var(--ink2)" fill="none"/>
<text x="${x}" y="${y + 4}" text-anchor="${anchor}" font-size="11.5" font-weight="600" fill="var(--ink1)" paint-order="stroke" stroke="var(--bg1)" stroke-width="5">${label}</text>`;
}
