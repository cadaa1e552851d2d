import type { FaultSpec } from '@stormglass/agents/contract';
import { FAULT_CATALOGUE, FaultPosition } from '@stormglass/agents/contract';
import { parse } from 'yaml';
import { parseFault, parseFaults } from '../engine/index.ts';
import type { Options } from './command.ts';
import { usage } from './exit-codes.ts';
import { textOf } from './files.ts';
import { durationOf } from './values.ts';

/** A fault without a file. */
export const FAULT_OPTIONS = {
  type: {
    type: 'string',
    value: 'TYPE',
    words: Object.keys(FAULT_CATALOGUE),
    about: 'latency, error, process_kill, ...',
  },
  target: {
    type: 'string',
    value: 'TARGET',
    about:
      'payments, orders->payments, database:orders, consumer:shipping/orders, process:payments, or {kind: ...}',
  },
  set: { type: 'string', value: 'NAME=VALUE', multiple: true, about: 'a parameter: ms=3500, status=503' },
  position: {
    type: 'string',
    value: 'WHERE',
    words: FaultPosition.options,
    about: 'where in a call it strikes (default before)',
  },
  route: { type: 'string', value: 'ROUTE', about: 'only calls of this route' },
  method: { type: 'string', value: 'METHOD', about: 'only calls with this method' },
  percentage: { type: 'string', value: 'N', about: 'share of these calls, more than 0, at most 100' },
  select: { type: 'string', value: 'NAME=VALUE', multiple: true, about: 'any other field of the selector' },
  duration: { type: 'string', value: 'TIME', about: 'until it ends by itself: 20s (default 30s)' },
  seed: { type: 'string', value: 'N', about: 'pick the same requests again' },
  'max-affected': { type: 'string', value: 'N', about: 'end after so many effects' },
  reason: { type: 'string', value: 'WORDS', about: 'for the audit log' },
} as const satisfies Options;

interface FaultValues {
  type: string | undefined;
  target: string | undefined;
  set: string[];
  position: string | undefined;
  route: string | undefined;
  method: string | undefined;
  percentage: string | undefined;
  select: string[];
  duration: string | undefined;
  seed: string | undefined;
  'max-affected': string | undefined;
  reason: string | undefined;
}

/** The faults of a file, or the one that the options describe. */
export async function faultsOf(file: string | undefined, values: FaultValues): Promise<FaultSpec[]> {
  if (file !== undefined && values.type !== undefined) throw usage('a file or --type, not both');
  if (file !== undefined) return parseFaults(await textOf(file));
  if (values.type === undefined || values.target === undefined) {
    throw usage('name a file of faults, or --type and --target');
  }
  return [parseFault(rawFault(values.type, values.target, values))];
}

function rawFault(type: string, target: string, values: FaultValues): unknown {
  const { position, duration, reason } = values;
  const selector = {
    ...pairs('select', values.select),
    ...present('route', values.route),
    ...present('method', values.method),
    ...present('percentage', numeric('percentage', values.percentage)),
  };
  return {
    action: { ...pairs('set', values.set), type },
    target: targetOf(target),
    ...present('position', position),
    selector,
    ...present(
      'durationMs',
      duration === undefined ? undefined : Math.round(durationOf('duration', duration)),
    ),
    ...present('seed', numeric('seed', values.seed)),
    ...present('maxAffected', numeric('max-affected', values['max-affected'])),
    ...present('reason', reason),
  };
}

const present = (name: string, value: unknown): Record<string, unknown> =>
  value === undefined ? {} : { [name]: value };

function numeric(option: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (text.trim() === '' || Number.isNaN(value)) throw usage(`--${option} is ${text}; write a number`);
  return value;
}

function pairs(option: string, words: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(
    words.map((word) => {
      const [, name, value] = /^([\w-]+)=(.*)$/s.exec(word) ?? [];
      if (name === undefined || value === undefined) throw usage(`--${option} is ${word}; write name=value`);
      return [name, parsedValue(option, value)];
    }),
  );
}

/** A value as in a file: a number, true, text, or a map in braces. */
function parsedValue(option: string, text: string): unknown {
  try {
    return parse(text);
  } catch (cause) {
    throw usage(`--${option} is ${text}: ${cause instanceof Error ? cause.message : String(cause)}`);
  }
}

/** `payments`, `orders->payments`, `consumer:shipping/orders`, `process:payments@2`, or a map as in a file. */
export function targetOf(text: string): unknown {
  if (text.startsWith('{')) return parsedValue('target', text);
  const [, from, to] = /^(.+?)\s*->\s*(.+)$/.exec(text) ?? [];
  if (from !== undefined && to !== undefined) return { kind: 'edge', from: from.replace(/^edge:/, ''), to };
  const [, kind = 'service', rest = text] = /^(\w+):(.+)$/.exec(text) ?? [];
  if (kind === 'consumer') {
    const [service, ...queue] = rest.split('/');
    return { kind, service, queue: queue.join('/') };
  }
  const [service, instance] = rest.split('@');
  return { kind, service, ...present('instance', instance) };
}
