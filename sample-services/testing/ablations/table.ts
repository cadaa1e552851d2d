import type { Protection } from '../../kit/protections.ts';
import {
  brokerAway,
  deadOwner,
  deadOwnerOfCancelled,
  lateAction,
  lostReply,
  type Provocation,
  saidTwice,
  sleepingOwner,
} from './provocations.ts';
import type { Actor } from './stage.ts';

/** A protection whose absence corrupts the shop's books, with the fault that it is for. */
export interface Ablation {
  protection: Protection;
  /** Who loses it. */
  at: Actor;
  when: string;
  provoke: Provocation;
  /** Exactly these invariants are violated then; the first one names the order. */
  breaks: readonly [string, ...string[]];
}

/**
 * What each protection keeps from being violated. I4, I5, I9 and I13 are in no row: no single protection stands alone
 * before them (a double entry is one statement, our books are written after the witness's answer, an end needs the
 * version that it expects); that they turn red when their facts are broken is proved in the auditor's own suite.
 */
export const ABLATIONS: readonly Ablation[] = [
  {
    ...{ protection: 'idempotency-keys', at: 'orders', when: 'the answer to a charge is lost' },
    ...{ provoke: lostReply('payments', '/charges'), breaks: ['I2', 'I1', 'I8'] },
  },
  {
    ...{ protection: 'hardened-saga', at: 'orders', when: 'the answer to a charge is lost' },
    ...{ provoke: lostReply('payments', '/charges'), breaks: ['I1'] },
  },
  {
    ...{ protection: 'hardened-saga', at: 'orders', when: 'the answer to a shipment is lost' },
    ...{ provoke: lostReply('shipping', '/shipments'), breaks: ['I6'] },
  },
  {
    ...{ protection: 'tombstones', at: 'inventory', when: 'a reservation comes after its release' },
    ...{ provoke: lateAction('inventory', '/reservations'), breaks: ['I12', 'I3'] },
  },
  {
    ...{ protection: 'tombstones', at: 'payments', when: 'a charge comes after its refund' },
    ...{ provoke: lateAction('payments', '/charges'), breaks: ['I1'] },
  },
  {
    ...{ protection: 'outbox', at: 'orders', when: 'the broker is away' },
    ...{ provoke: brokerAway, breaks: ['I7', 'I11'] },
  },
  {
    ...{ protection: 'inbox', at: 'notifications', when: 'a message comes twice' },
    ...{ provoke: saidTwice, breaks: ['I8', 'I7'] },
  },
  {
    ...{ protection: 'register-before', at: 'orders', when: 'the owner of a cancelled saga dies' },
    ...{ provoke: deadOwnerOfCancelled, breaks: ['I1', 'I3'] },
  },
  {
    ...{ protection: 'fencing', at: 'orders', when: 'the owner of a saga sleeps for longer than its lease' },
    ...{ provoke: sleepingOwner, breaks: ['I14'] },
  },
  {
    ...{ protection: 'journal-resume', at: 'orders-2', when: 'the owner of a saga dies' },
    ...{ provoke: deadOwner, breaks: ['I10'] },
  },
];

/** Protections whose absence costs time, load or orders, and leaves the books right: what it costs, and where that is proved. */
export const COSTLY: Readonly<Partial<Record<Protection, { costs: string; provedIn: string }>>> = {
  breaker: { costs: 'a peer in trouble is called on and on', provedIn: 'kit/peer/ablation.test.ts' },
  bulkhead: { costs: 'one slow peer takes all there is', provedIn: 'kit/peer/ablation.test.ts' },
  jitter: { costs: 'everybody repeats at the same moment', provedIn: 'kit/peer/ablation.test.ts' },
  'last-known-good': {
    costs: 'nobody is found while the registry is away',
    provedIn: 'kit/discovery/known-services.test.ts',
  },
  'one-way-calls': {
    costs: 'parcels wait for orders, which waits for them',
    provedIn: 'auditor/self-test.test.ts',
  },
};
