import {
  BREAKER_ATTR,
  BREAKER_STATES,
  type BreakerState,
  SAGA_ATTR,
  SEMCONV,
} from '../../contract/telemetry.ts';
import type { BreakerTransition, SagaEvent } from '../../contract/timeline.ts';
import type { WireReader } from '../wire/reader.ts';
import { readAttribute, type Scalar, WantedKeys } from '../wire/value.ts';
import { eachItem, number, type Origin, pick, text } from './resource.ts';

const WANTED = new WantedKeys([
  ...Object.values(BREAKER_ATTR),
  ...Object.values(SAGA_ATTR),
  ...SEMCONV.peerService,
  'event.name',
]);
const BREAKER_PREFIX = 'circuit_breaker.';
const SAGA_PREFIX = 'saga.';

interface Event {
  at: number;
  name: string;
  traceId: string;
  attributes: Map<string, Scalar>;
}

export interface EventSink {
  transition(transition: BreakerTransition): void;
  saga(event: SagaEvent): void;
}

/** Log records with an event name -> breaker transitions and saga events; the rules of store/views.ts. */
export function mapEvents(request: WireReader, sink: EventSink): void {
  eachItem(request, (item, origin) => {
    const event = readEvent(item);
    if (event.name.startsWith(BREAKER_PREFIX)) sink.transition(transitionOf(event, origin));
    else if (event.name.startsWith(SAGA_PREFIX)) sink.saga(sagaOf(event, origin));
  });
}

/** An unknown state reads as `closed`, the state of a breaker that nobody has spoken of. */
export function breakerState(value: string): BreakerState {
  return BREAKER_STATES.find((s) => s === value) ?? 'closed';
}

function transitionOf({ at, traceId, attributes: a }: Event, origin: Origin): BreakerTransition {
  return {
    at,
    service: origin.service,
    instance: origin.instance,
    name: text(a, BREAKER_ATTR.name),
    peer: pick(a, SEMCONV.peerService),
    from: breakerState(text(a, BREAKER_ATTR.from)),
    to: breakerState(text(a, BREAKER_ATTR.to)),
    reason: text(a, BREAKER_ATTR.reason),
    windowCalls: number(a, BREAKER_ATTR.windowCalls),
    windowFailures: number(a, BREAKER_ATTR.windowFailures),
    windowTimeouts: number(a, BREAKER_ATTR.windowTimeouts),
    windowSeconds: number(a, BREAKER_ATTR.windowSeconds),
    threshold: number(a, BREAKER_ATTR.threshold),
    volume: number(a, BREAKER_ATTR.volume),
    resetTimeoutMs: number(a, BREAKER_ATTR.resetTimeout) * 1000,
    traceId,
  };
}

function sagaOf({ at, name, traceId, attributes: a }: Event, origin: Origin): SagaEvent {
  return {
    at,
    event: name.slice(SAGA_PREFIX.length),
    sagaId: text(a, SAGA_ATTR.id),
    type: text(a, SAGA_ATTR.type),
    mode: text(a, SAGA_ATTR.mode),
    service: origin.service,
    orderId: text(a, SAGA_ATTR.order),
    step: text(a, SAGA_ATTR.step),
    kind: stepKind(text(a, SAGA_ATTR.kind)),
    attempt: number(a, SAGA_ATTR.attempt),
    epoch: number(a, SAGA_ATTR.epoch),
    owner: text(a, SAGA_ATTR.owner),
    key: text(a, SAGA_ATTR.key),
    outcome: text(a, SAGA_ATTR.outcome),
    detail: text(a, SAGA_ATTR.detail),
    traceId,
  };
}

function stepKind(value: string): SagaEvent['kind'] {
  return value === 'action' || value === 'compensate' ? value : '';
}

function readEvent(reader: WireReader): Event {
  const event: Event = { at: 0, name: '', traceId: '', attributes: new Map() };
  let observed = 0n;
  let time = 0n;
  while (reader.next()) {
    switch (reader.field) {
      case 1:
        time = reader.fixed64();
        break;
      case 6:
        readAttribute(reader.message(), WANTED, event.attributes);
        break;
      case 9:
        event.traceId = reader.hex();
        break;
      case 11:
        observed = reader.fixed64();
        break;
      case 12:
        event.name = reader.shortText();
        break;
      default:
        reader.skip();
    }
  }
  event.at = Number((time === 0n ? observed : time) / 1000n) / 1000;
  if (event.name === '') event.name = text(event.attributes, 'event.name');
  return event;
}
