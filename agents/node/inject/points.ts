import { context, propagation, type Span, trace } from '@opentelemetry/api';
import { StormglassError } from '../../contract/index.ts';
import { type PointAttributes, points } from '../fault-point.ts';
import type { Effect, Grip, Injector } from '../leases.ts';
import type { Chosen, Surroundings } from './armed.ts';
import { CallFaults, strikes } from './call-faults.ts';

const NEVER = new AbortController().signal;
const TYPES = ['latency', 'error', 'hang'];

/** Faults on points which a service named in its own code with `faultPoint`. Nothing listens while none is armed. */
export class PointSeam implements Injector {
  readonly capabilities = TYPES.map((type) => `${type}:point`);
  readonly #faults: CallFaults;

  constructor(around: Surroundings) {
    this.#faults = new CallFaults(around);
  }

  arm(grip: Grip): Effect {
    if (grip.lease.spec.target.kind !== 'point') {
      throw new StormglassError('fault_unsupported', 'only points are hurt here', 'Target a point.');
    }
    const fault = this.#faults.arm(grip, () => {
      if (this.#faults.none) points.reached = null;
    });
    points.reached = (name, attributes) => this.#reached(name, attributes);
    return fault;
  }

  #reached(name: string, attributes: PointAttributes | undefined): Promise<void> | undefined {
    const call = {
      method: 'POINT',
      route: name,
      traceId: trace.getSpanContext(context.active())?.traceId ?? '',
      attributes,
      baggage: propagation.getActiveBaggage(),
    };
    const chosen = this.#faults.choose(
      'before',
      call,
      ({ lease: { spec } }) => spec.target.kind === 'point' && spec.target.point === name,
    );
    return chosen.length === 0 ? undefined : hurt(name, attributes, chosen);
  }
}

/** Several points may lie in one span: each that is hurt has its own for its receipt. */
async function hurt(name: string, attributes: PointAttributes | undefined, chosen: Chosen[]): Promise<void> {
  const span = trace
    .getTracer('stormglass.points')
    .startSpan(`fault point ${name}`, { attributes: attributes ?? {} });
  try {
    await strike(chosen, span);
  } finally {
    span.end();
  }
}

async function strike(chosen: Chosen[], span: Span): Promise<void> {
  for (const hit of strikes(chosen, span)) {
    const { effect } = hit;
    try {
      if (effect.kind === 'wait') await hit.wait(NEVER);
      else if (effect.kind === 'throw') throw effect.error;
      // A framework that is thrown an error with a status answers with it.
      else if (effect.kind === 'answer')
        throw Object.assign(new Error('injected by stormglass'), { statusCode: effect.status });
    } finally {
      hit.done();
    }
  }
}
