import type { Span } from '@opentelemetry/api';
import { type FaultAction, StormglassError } from '../../../contract/index.ts';
import type { Handling, MessageWatch, Sending, Side } from '../../instrument/passage.ts';
import type { Effect, Grip, Injector } from '../../leases.ts';
import { Share } from '../share.ts';
import { ackLost } from './ack-lost.ts';
import { burst } from './burst.ts';
import { delayed, slow } from './delay.ts';
import { drop } from './drop.ts';
import { duplicated } from './duplicate.ts';
import type { MessageFault } from './fault.ts';
import { poison } from './poison.ts';
import { reordered } from './reorder.ts';

/** A row a fault: on which sides, and what it does there. */
const SIDES: Partial<Record<FaultAction['type'], readonly Side[]>> = {
  message_drop: ['producer', 'consumer'],
  message_delay: ['producer'],
  message_duplicate: ['producer', 'consumer'],
  message_reorder: ['producer', 'consumer'],
  message_poison: ['producer', 'consumer'],
  ack_lost: ['consumer'],
  consumer_slow: ['consumer'],
  producer_burst: ['producer'],
};

function faultOf(action: FaultAction): MessageFault | null {
  switch (action.type) {
    case 'message_drop':
      return drop;
    case 'message_delay':
      return delayed(action.ms);
    case 'message_duplicate':
      return duplicated(action.count);
    case 'message_reorder':
      return reordered(action);
    case 'message_poison':
      return poison;
    case 'ack_lost':
      return ackLost;
    case 'consumer_slow':
      return slow(action.ms);
    case 'producer_burst':
      return burst(action);
    default:
      return null;
  }
}

interface Armed {
  side: Side;
  queue: string;
  fault: MessageFault;
  share: Share;
  delayMs: number;
}

/**
 * Faults on messages, at who sends them and at who handles them, whatever the client library. They die with the process;
 * a message which is held goes on when its lease ends.
 */
export class MessageSeam implements Injector, MessageWatch {
  readonly #queues: Record<Side, Set<string>> = { producer: new Set(), consumer: new Set() };
  readonly #onChange: () => void;
  #armed: Armed[] = [];

  /** `onChange` is told of each queue that is new, and with it the ability. */
  constructor(onChange: () => void) {
    this.#onChange = onChange;
  }

  knows(side: Side, queue: string): void {
    if (this.#queues[side].has(queue) || this.#queues[side].size >= MAX_QUEUES) return;
    this.#queues[side].add(queue);
    this.#onChange();
  }

  get capabilities(): string[] {
    return Object.entries(SIDES).flatMap(([type, sides]) =>
      sides.filter((side) => this.#queues[side].size > 0).map((side) => `${type}:${side}`),
    );
  }

  arm(grip: Grip): Effect {
    const { action, target } = grip.lease.spec;
    const fault = faultOf(action);
    if (fault === null || (target.kind !== 'producer' && target.kind !== 'consumer')) {
      throw new StormglassError(
        'fault_unsupported',
        'only messages can be hurt here',
        'Choose another fault.',
      );
    }
    const { kind: side, queue } = target;
    const known = this.#queues[side];
    if (!known.has(queue)) {
      const does = side === 'producer' ? 'sent to' : 'consumed';
      throw new StormglassError(
        'target_absent',
        `this process has not ${does} ${queue} so far`,
        `It has ${does} ${[...known].join(', ') || 'nothing'}.`,
      );
    }
    const share = new Share(grip, () => {
      this.#armed = this.#armed.filter((other) => other !== armed);
    });
    const armed: Armed = { side, queue, fault, share, delayMs: 'ms' in action ? action.ms : 0 };
    this.#armed = [...this.#armed, armed];
    return share;
  }

  hurts(side: Side, queue: string): boolean {
    return this.#armed.length > 0 && this.#armed.some((one) => one.side === side && one.queue === queue);
  }

  sending<R>(queue: string, span: Span | undefined, message: Sending<R>): Promise<R> {
    const hit = this.#strike('producer', queue, span);
    return hit?.fault.send?.(message, hit.strike) ?? message.pass();
  }

  handling<R>(queue: string, span: Span | undefined, message: Handling<R>): Promise<R> {
    const hit = this.#strike('consumer', queue, span);
    return hit?.fault.handle?.(message, hit.strike) ?? message.pass();
  }

  /** One fault a message: the first that picks it. A bug in the choice lets the message through. */
  #strike(side: Side, queue: string, span: Span | undefined) {
    try {
      const traceId = span?.spanContext().traceId ?? '';
      const candidate = { operation: side, name: queue, traceId };
      const armed = this.#armed.find(
        (one) => one.side === side && one.queue === queue && one.share.picks(candidate),
      );
      const strike = armed?.share.strike(span, armed.delayMs);
      return armed && strike ? { fault: armed.fault, strike } : null;
    } catch {
      return null;
    }
  }
}

/** Names of queues may carry ids; they must not fill the memory. */
const MAX_QUEUES = 1_000;
