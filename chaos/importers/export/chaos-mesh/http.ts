import type { FaultSpec } from '@stormglass/agents/contract';
import type { ExportOptions } from '../manifest.ts';
import type { Notes } from '../notes.ts';
import { hasParameters, sayDistribution } from '../selection.ts';
import { type Chaos, lasting, podsOf } from './pods.ts';

/** Calls of a service, at the one that answers them. */
export function httpChaos(spec: FaultSpec, options: ExportOptions, notes: Notes): Chaos | null {
  const { target, selector } = spec;
  if (target.kind !== 'service') return null;
  if (selector.percentage < 100) {
    return notes.refuse(
      'selector.percentage',
      'HTTPChaos hurts every call that matches, not a share of them',
    );
  }
  const { route, method, header } = selector;
  if (header !== undefined && header.value === undefined) {
    return notes.refuse('selector.header', 'HTTPChaos wants the value of a header');
  }
  const effect = httpEffect(spec, notes);
  if (effect === null) return null;
  return {
    kind: 'HTTPChaos',
    spec: {
      ...podsOf(target.service, options),
      target: spec.position === 'before' ? 'Request' : 'Response',
      port: options.port,
      ...(route === undefined ? {} : { path: pathOf(route) }),
      ...(method === undefined ? {} : { method }),
      ...(header === undefined ? {} : { request_headers: { [header.name]: header.value } }),
      ...effect,
      ...lasting(spec),
    },
  };
}

/** Its paths know `*` only. */
function pathOf(route: string): string {
  return hasParameters(route) ? route.replace(/:\w+|\{\w+\}/g, '*') : route;
}

function httpEffect(
  { action, position, durationMs }: FaultSpec,
  notes: Notes,
): Record<string, unknown> | null {
  switch (action.type) {
    case 'reset':
      return { abort: true };
    case 'latency':
      if (action.jitterMs > 0) notes.say('lost_detail', 'action.jitterMs', 'HTTPChaos has no jitter');
      sayDistribution(action, notes, 'HTTPChaos');
      return { delay: `${action.ms}ms` };
    case 'hang':
      notes.say('meaning_differs', 'action.type', 'a late call waits for longer than the fault is on');
      return { delay: `${durationMs}ms` };
    case 'corrupt':
      return { patch: { body: { type: 'JSON', value: JSON.stringify(action.patch) } } };
    case 'error':
      return errorEffect(action, position, notes);
    default:
      return notes.refuse('action.type', `HTTPChaos has nothing like ${action.type}`);
  }
}

function errorEffect(
  action: Extract<FaultSpec['action'], { type: 'error' }>,
  position: FaultSpec['position'],
  notes: Notes,
): Record<string, unknown> | null {
  if (action.code !== '') return notes.refuse('action.code', 'HTTPChaos answers, and throws nothing');
  if (position !== 'after') {
    const says = 'HTTPChaos changes the answer of a call that was made; position after is that';
    return notes.refuse('position', says);
  }
  const headers = Object.keys(action.headers).length === 0 ? {} : { headers: action.headers };
  return { replace: { code: action.status, ...headers, body: Buffer.from(action.body).toString('base64') } };
}
