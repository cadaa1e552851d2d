import { randomUUID } from 'node:crypto';
import {
  type ArmAnswer,
  ERROR_CODES,
  type ErrorCode,
  type FaultInterval,
  type FaultSpec,
  LEASE_TTL_MS,
  type Lease,
  type LeaseEnded,
  StormglassError,
} from '@stormglass/agents/contract';
import type { AgentView } from '../../live/protocol.ts';
import type { ResolvedTarget } from '../../live/resolved-target.ts';
import type { AgentHub } from '../hub/agents.ts';
import type { Log } from '../log.ts';
import type { State } from '../state/index.ts';
import type { Time } from '../time.ts';
import { ActiveFault } from './active.ts';
import type { FaultBoard } from './board.ts';
import type { Heartbeat } from './heartbeat.ts';
import { describeTarget, resolveTargets } from './targets.ts';

/** The injector ends a fault by itself when its time is over; the hub asks a little later, in case it did not. */
const END_GRACE_MS = 250;
const ENDED_SHOWN = 200;

export interface FaultParts {
  hub: AgentHub;
  board: FaultBoard;
  heartbeat: Heartbeat;
  state: State;
  time: Time;
  log: Log;
  protectedServices: readonly string[];
  /** Throws `halted` while chaos is halted. */
  refuseWhenHalted: () => void;
}

export interface Armed {
  fault: FaultInterval;
  targets: ResolvedTarget[];
}

/** Arms, lists and releases faults. */
export class Faults {
  readonly #parts: FaultParts;
  readonly #endTimers = new Map<string, () => void>();

  constructor(parts: FaultParts) {
    this.#parts = parts;
    parts.board.listen((interval) => {
      if (interval.endedAt !== null) this.#clearEndTimer(interval.faultId);
    });
  }

  /** The agents a fault would be armed on; throws as `arm` does. */
  resolve(spec: FaultSpec): ResolvedTarget[] {
    this.#parts.refuseWhenHalted();
    return this.#targets(spec).map((agent) => resolved(agent, ''));
  }

  /** Arms on every target or on none: when one refuses, the others are released and its reason is thrown. */
  async arm(spec: FaultSpec, by: { owner: string; runId?: string | undefined }): Promise<Armed> {
    const { board, state, time } = this.#parts;
    this.#parts.refuseWhenHalted();
    const agents = this.#targets(spec);
    const faultId = randomUUID();
    const sentAt = time.now();
    const fault = new ActiveFault(
      newInterval(faultId, spec, by, sentAt),
      agents.map((agent) => agent.agentId),
    );
    board.hold(fault);
    const lease: Lease = {
      faultId,
      ...(by.runId === undefined ? {} : { runId: by.runId }),
      owner: by.owner,
      spec,
      ttlMs: LEASE_TTL_MS,
      remainingMs: spec.durationMs,
    };
    const answers = await this.#send(lease, agents).catch(async (error: unknown) => {
      await this.#undo(faultId, agents);
      this.#audit(
        by.owner,
        'fault.refused',
        faultId,
        spec,
        error instanceof Error ? error.message : String(error),
      );
      throw error;
    });
    const armedAt = Math.min(...answers.map((answer) => answer.armedAt));
    // An agent's clock may be off; the fault cannot have been armed before it was sent or after it was answered.
    const trueArmedAt = Math.min(Math.max(armedAt, sentAt), time.now());
    fault.interval = { ...fault.interval, armedAt: trueArmedAt, expiresAt: trueArmedAt + spec.durationMs };
    board.armed(fault);
    this.#endLater(fault);
    const targets = agents.map((agent, i) => resolved(agent, answers[i]?.detail ?? ''));
    const names = targets.map((target) => `${target.service} (${target.instance})`).join(', ');
    this.#audit(by.owner, 'fault.arm', faultId, spec, `armed on ${names}`);
    state.faults.save(fault.interval);
    return { fault: fault.interval, targets };
  }

  /** Ends a fault; resolves with the read-backs. One that has ended already answers how it did. */
  async release(faultId: string, who: string): Promise<{ fault: FaultInterval; ends: LeaseEnded[] }> {
    const { board, heartbeat, hub, state, time, log } = this.#parts;
    const fault = board.find(faultId);
    if (!fault) {
      throw new StormglassError('not_found', `there is no fault ${faultId}`, 'See GET /api/faults.');
    }
    if (fault.ended) return { fault: fault.interval, ends: fault.ends };
    heartbeat.stopRenewing(faultId);
    await Promise.all(
      fault.holders().map(async (agentId) => {
        try {
          const end = await hub.release(agentId, faultId);
          board.end(agentId, end ?? notHeld(faultId, time.now()));
        } catch (error) {
          log.warn(
            { agent: agentId, faultId, err: error },
            'release not confirmed; the lease runs out by itself',
          );
        }
      }),
    );
    if (who !== 'hub')
      state.audit.add({ who, what: 'fault.release', subject: faultId, why: '', outcome: outcomeOf(fault) });
    if (fault.ended) return { fault: fault.interval, ends: fault.ends };
    throw new StormglassError(
      'timeout',
      `not every agent confirmed the end: ${fault.holders().join(', ')}`,
      `The lease is not renewed any more and ends by itself within ${LEASE_TTL_MS / 1000} s; see GET /api/faults.`,
    );
  }

  /** Resolves when the fault has ended; rejects with the signal's reason. */
  whenEnded(faultId: string, signal: AbortSignal): Promise<FaultInterval> {
    return new Promise((resolve, reject) => {
      const known = this.#parts.board.find(faultId);
      if (known?.ended) return resolve(known.interval);
      if (signal.aborted) return reject(signal.reason);
      const stop = this.#parts.board.listen((interval) => {
        if (interval.faultId !== faultId || interval.endedAt === null) return;
        done();
        resolve(interval);
      });
      const onAbort = () => {
        done();
        reject(signal.reason);
      };
      const done = () => {
        stop();
        signal.removeEventListener('abort', onAbort);
      };
      signal.addEventListener('abort', onAbort, { once: true });
    });
  }

  /** Active ones first, then the ended ones, newest first. */
  list(): FaultInterval[] {
    const held = this.#parts.board.active().map((fault) => fault.interval);
    // Left open by an earlier life of the dashboard, until agents have said how they ended.
    const left = this.#parts.state.faults.unfinished().filter((f) => !this.#parts.board.find(f.faultId));
    const active = [...left, ...held];
    const ended = this.#parts.state.faults.ended(ENDED_SHOWN);
    const newest = (id: string) => this.#parts.board.find(id)?.interval;
    return [...active.reverse(), ...ended.map((fault) => newest(fault.faultId) ?? fault)];
  }

  close(): void {
    for (const cancel of this.#endTimers.values()) cancel();
    this.#endTimers.clear();
  }

  #targets(spec: FaultSpec): AgentView[] {
    return resolveTargets(spec, this.#parts.hub.connected(), this.#parts.protectedServices);
  }

  async #send(lease: Lease, agents: readonly AgentView[]): Promise<Extract<ArmAnswer, { ok: true }>[]> {
    const answers = await Promise.allSettled(
      agents.map((agent) => this.#parts.hub.arm(agent.agentId, lease)),
    );
    const armed = answers.map((answer, i) => {
      const name = agents[i]?.service ?? '';
      if (answer.status === 'rejected') throw noAnswer(name, answer.reason);
      if (!answer.value.ok) throw refusedBy(name, answer.value);
      return answer.value;
    });
    // Somebody may have pressed the button meanwhile.
    this.#parts.refuseWhenHalted();
    return armed;
  }

  async #undo(faultId: string, agents: readonly AgentView[]): Promise<void> {
    this.#parts.board.forget(faultId);
    const undone = await Promise.allSettled(agents.map((a) => this.#parts.hub.release(a.agentId, faultId)));
    for (const result of undone) {
      if (result.status === 'rejected') {
        this.#parts.log.warn(
          { faultId, err: result.reason },
          'undo not confirmed; the lease runs out by itself',
        );
      }
    }
  }

  #endLater(fault: ActiveFault): void {
    const { faultId, spec } = fault.interval;
    if (fault.ended) return;
    const cancel = this.#parts.time.after(spec.durationMs + END_GRACE_MS, () => {
      this.#endTimers.delete(faultId);
      if (fault.ended) return;
      this.release(faultId, 'hub').catch((error: unknown) => {
        this.#parts.log.warn({ faultId, err: error }, 'the end of a fault is not confirmed');
      });
    });
    this.#endTimers.set(faultId, cancel);
  }

  #clearEndTimer(faultId: string): void {
    this.#endTimers.get(faultId)?.();
    this.#endTimers.delete(faultId);
  }

  #audit(who: string, what: string, subject: string, spec: FaultSpec, outcome: string): void {
    const words = `${spec.action.type} on ${describeTarget(spec.target)}, ${spec.durationMs} ms`;
    this.#parts.state.audit.add({ who, what, subject, why: spec.reason ?? words, outcome });
  }
}

function newInterval(
  faultId: string,
  spec: FaultSpec,
  by: { owner: string; runId?: string | undefined },
  now: number,
): FaultInterval {
  return {
    faultId,
    runId: by.runId ?? null,
    owner: by.owner,
    spec,
    armedAt: now,
    expiresAt: now + spec.durationMs,
    firstEffectAt: null,
    endedAt: null,
    endReason: null,
    readBack: null,
    reverted: null,
    injections: 0,
  };
}

function resolved(agent: AgentView, detail: string): ResolvedTarget {
  return { agentId: agent.agentId, service: agent.service, instance: agent.instance, detail };
}

function notHeld(faultId: string, now: number): LeaseEnded {
  return {
    faultId,
    reason: 'released',
    endedAt: now,
    injections: 0,
    readBack: 'the agent holds no such lease',
    reverted: true,
  };
}

function outcomeOf(fault: ActiveFault): string {
  return fault.ended ? `ended: ${fault.interval.readBack}` : `waiting for ${fault.holders().join(', ')}`;
}

function noAnswer(service: string, cause: unknown): StormglassError {
  if (cause instanceof StormglassError) return cause;
  return new StormglassError(
    'timeout',
    `the agent of ${service} did not answer`,
    'What it armed all the same ends by itself within 5 s: nobody renews it. Look at the process; it may be paused or overloaded.',
    { cause },
  );
}

function refusedBy(service: string, answer: Extract<ArmAnswer, { ok: false }>): StormglassError {
  const code: ErrorCode = answer.code in ERROR_CODES ? (answer.code as ErrorCode) : 'fault_unsupported';
  return new StormglassError(code, `${service} refused: ${answer.message}`, answer.next);
}
