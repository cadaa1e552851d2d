import type { FaultSpec } from '@stormglass/agents/contract';
import type { Notes } from './notes.ts';

/** Fields of a selector that other tools have something for. */
const KNOWN = ['route', 'method', 'header', 'percentage'];

/** False, and said, when the fault selects its calls by what another tool does not know. */
export function selectsPlainly(
  { selector, position, shape }: FaultSpec,
  notes: Notes,
  tool: string,
): boolean {
  const other = Object.entries(selector).find(
    ([name, value]) => value !== undefined && !KNOWN.includes(name),
  );
  if (other !== undefined) {
    notes.refuse(`selector.${other[0]}`, `${tool} cannot choose calls by ${other[0]}`);
    return false;
  }
  if (shape !== undefined) {
    notes.refuse('shape', `${tool} hurts calls all the time, and knows no ${shape.type}`);
    return false;
  }
  if (position === 'before' || position === 'after') return true;
  notes.refuse('position', `${tool} cannot strike at the position ${position}`);
  return false;
}

/** Says what every other tool leaves out. */
export function sayLosses(spec: FaultSpec, notes: Notes, tool: string): void {
  if (spec.maxAffected !== undefined) {
    notes.say('lost_detail', 'maxAffected', `${tool} does not end after ${spec.maxAffected} effects`);
  }
}

/** Says it when delays spread in a way for which the other tool has no word. */
export function sayDistribution(
  { distribution }: Extract<FaultSpec['action'], { type: 'latency' }>,
  notes: Notes,
  tool: string,
): void {
  if (distribution !== 'normal' && distribution !== 'pareto') return;
  notes.say('lost_detail', 'action.distribution', `${tool} has no ${distribution} distribution of delays`);
}

const PARAMETER = /:\w+|\{\w+\}|\*/;

/** Whether a route has parts that stand for anything: `/orders/:id`. */
export const hasParameters = (route: string): boolean => PARAMETER.test(route);

/** The route as a regular expression (RE2): `/orders/[^/]+`. */
export function routeRegex(route: string): string {
  return route
    .split(new RegExp(`(${PARAMETER.source})`))
    .map((part) => {
      if (part === '*') return '.*';
      return PARAMETER.test(part) ? '[^/]+' : part.replace(/[.+?^$()[\]{}|\\]/g, '\\$&');
    })
    .join('');
}
