import { io, type Socket } from 'socket.io-client';
import { z } from 'zod';
import {
  AGENTS_NAMESPACE,
  type AgentAuth,
  type AgentHello,
  type AgentToHub,
  type ArmAnswer,
  ChaosTerms,
  type ControlAnswer,
  ControlCall,
  type HaltAnswer,
  type HubToAgent,
  type InjectionCount,
  Lease,
  type LeaseEnded,
  LeaseRenewal,
  type ProcessEvent,
} from '../contract/index.ts';

/** Messages kept while the hub is away; beyond it the oldest goes and is counted in `Channel.dropped`. */
const MAX_WAITING = 500;
const INJECTIONS_EVERY_MS = 50;

type OrPromise<T> = T | Promise<T>;

/** What the hub may ask of an agent. A handler that throws is answered for; it never reaches the socket. */
export interface ChannelHandlers {
  arm(lease: Lease): OrPromise<ArmAnswer>;
  renew(renewal: LeaseRenewal): void;
  release(faultId: string): OrPromise<LeaseEnded | null>;
  halt(reason: string): OrPromise<HaltAnswer>;
  invoke(call: ControlCall): OrPromise<ControlAnswer>;
  /** At each connect, and when they change. */
  terms?(terms: ChaosTerms): void;
}

export interface ChannelOptions {
  /** Base URL of the hub, `http://127.0.0.1:4000`; the namespace is added here. */
  hub: string;
  /** STORMGLASS_AGENT_KEY; a loopback hub asks for none. */
  key?: string | undefined;
  /** Called at each (re)connect and by `sendHello`, so it must say what is true now (held leases, controls). */
  hello: () => AgentHello;
  handlers: ChannelHandlers;
  /** Lets the process end while the channel is open. Default true: an agent must not keep its service alive. */
  unref?: boolean;
  /** Told about each connect (null) and each failure to connect, for the log; never throws into the socket. */
  onState?: (problem: Error | null) => void;
}

/** The agent's end of the channel. Sending never throws and never waits; without a hub it buffers, bounded. */
export interface Channel {
  readonly connected: boolean;
  /** Messages thrown away because the hub was away for too long. */
  readonly dropped: number;
  /** Tells the hub that controls, capabilities or reach changed. */
  sendHello(): void;
  leaseEnded(end: LeaseEnded): void;
  /** Running totals; sent at most every 50 ms per fault, the last value always. */
  injections(count: InjectionCount): void;
  process(event: ProcessEvent): void;
  close(): void;
}

type AgentSocket = Socket<HubToAgent, AgentToHub>;
type Send = (socket: AgentSocket) => void;

const Release = z.object({ faultId: z.string() });
const Halt = z.object({ reason: z.string() });

/**
 * Opens the channel to the hub and keeps it open: websocket only, endless reconnect, at most 1 s between attempts.
 * Leases are not this file's: when the hub is silent they run out by their own clock.
 */
export function openChannel(options: ChannelOptions): Channel {
  /** Something changed after the hello of the handshake was made and before the hub accepted it. */
  let outdated = false;
  const socket: AgentSocket = io(new URL(AGENTS_NAMESPACE, options.hub).href, {
    transports: ['websocket'],
    forceNew: true,
    autoUnref: options.unref ?? true,
    reconnectionDelay: 100,
    reconnectionDelayMax: 1_000,
    randomizationFactor: 0.3,
    timeout: 2_000,
    auth: (give: (auth: AgentAuth) => void) => {
      outdated = false;
      const hello = options.hello();
      give(options.key === undefined ? { hello } : { key: options.key, hello });
    },
  });
  const outbox = new Outbox(socket);
  answerHub(socket, options.handlers);
  socket.on('connect', () => {
    options.onState?.(null);
    if (outdated) socket.emit('hello', options.hello());
    outbox.flush();
  });
  socket.on('connect_error', (error) => {
    options.onState?.(error);
    // A refusal by the hub's middleware (wrong key, hub starting) does not reconnect by itself.
    if (!socket.active) setTimeout(() => socket.connect(), 1_000).unref();
  });
  socket.on('disconnect', (reason) => {
    if (reason === 'io server disconnect') setTimeout(() => socket.connect(), 500).unref();
  });
  return {
    get connected() {
      return socket.connected;
    },
    get dropped() {
      return outbox.dropped;
    },
    sendHello: () => {
      if (socket.connected) socket.emit('hello', options.hello());
      else outdated = true;
    },
    leaseEnded: (end) => outbox.send((s) => s.emit('lease.ended', end)),
    injections: (count) => outbox.count(count),
    process: (event) => outbox.send((s) => s.emit('process', event)),
    close: () => {
      outbox.flush();
      outbox.close();
      socket.close();
    },
  };
}

/** Bounded buffer in front of the socket; socket.io's own grows without limit while disconnected. */
class Outbox {
  dropped = 0;
  readonly #socket: AgentSocket;
  #waiting: Send[] = [];
  #counts = new Map<string, InjectionCount>();
  #timer: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(socket: AgentSocket) {
    this.#socket = socket;
  }

  send(message: Send): void {
    if (this.#socket.connected) {
      message(this.#socket);
      return;
    }
    this.#waiting.push(message);
    if (this.#waiting.length > MAX_WAITING) {
      this.#waiting.shift();
      this.dropped++;
    }
  }

  count(count: InjectionCount): void {
    this.#counts.set(count.faultId, count);
    if (this.#closed || this.#timer || !this.#socket.connected) return;
    // The first count goes at once: it is the first receipt that a person waits for.
    this.#sendCounts();
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#sendCounts();
    }, INJECTIONS_EVERY_MS);
    this.#timer.unref();
  }

  flush(): void {
    if (!this.#socket.connected) return;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const message of waiting) message(this.#socket);
    this.#sendCounts();
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
  }

  #sendCounts(): void {
    if (!this.#socket.connected) return;
    for (const count of this.#counts.values()) this.#socket.emit('injections', count);
    this.#counts.clear();
  }
}

function answerHub(socket: AgentSocket, handlers: ChannelHandlers): void {
  socket.on('lease.arm', (raw, ack) => answer(ack, refuseArm, async () => handlers.arm(Lease.parse(raw))));
  socket.on('lease.renew', (raw) => {
    const renewal = LeaseRenewal.safeParse(raw);
    // An unreadable renewal renews nothing: the leases then end by themselves, which is the safe side.
    if (renewal.success) handlers.renew(renewal.data);
  });
  // No answer to a failed release or halt: a made-up one would claim that the effect is gone. The hub's deadline speaks.
  socket.on('lease.release', (raw, ack) =>
    answer(ack, silent, async () => handlers.release(Release.parse(raw).faultId)),
  );
  socket.on('halt', (raw, ack) => answer(ack, silent, async () => handlers.halt(Halt.parse(raw).reason)));
  socket.on('chaos.terms', (raw) => {
    const terms = ChaosTerms.safeParse(raw);
    if (terms.success) handlers.terms?.(terms.data);
  });
  socket.on('control.invoke', (raw, ack) =>
    answer(ack, refuseControl, async () => handlers.invoke(ControlCall.parse(raw))),
  );
}

/** At most one answer a request, whatever the handler does; callers without a callback are tolerated. */
async function answer<T>(
  ack: ((answer: T) => void) | undefined,
  refuse: (error: unknown) => T | undefined,
  run: () => Promise<T>,
): Promise<void> {
  const result = await run().catch(refuse);
  if (result !== undefined && typeof ack === 'function') ack(result);
}

const silent = (): undefined => undefined;

function refuseArm(error: unknown): ArmAnswer {
  return {
    ok: false,
    code: error instanceof z.ZodError ? 'invalid_request' : 'internal',
    message: `the agent could not arm the lease: ${describe(error)}`,
    next: 'Check that hub and agent are of the same version.',
  };
}

function refuseControl(error: unknown): ControlAnswer {
  return {
    ok: false,
    message: describe(error),
    next: 'Correct the input, or look into the log of the service.',
  };
}

function describe(error: unknown): string {
  if (error instanceof z.ZodError) return z.prettifyError(error);
  return error instanceof Error ? error.message : String(error);
}
