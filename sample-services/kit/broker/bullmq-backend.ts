import type { Job, Queue, Worker, WorkerOptions } from 'bullmq';
import { z } from 'zod';

/** What lies in a job's data; the rest of a Message are the job's own fields. */
export const Envelope = z.object({
  payload: z.unknown(),
  conversationId: z.string(),
  headers: z.record(z.string(), z.string()),
});
export type Envelope = z.output<typeof Envelope>;

export type BullQueue = Pick<Queue<Envelope>, 'add' | 'clean' | 'close' | 'waitUntilReady'> & Failing;
export type BullWorker = Pick<Worker<Envelope>, 'close' | 'concurrency' | 'run' | 'waitUntilReady'> &
  Failing & {
    on(event: 'failed', listener: (job: Job<Envelope> | undefined, error: Error) => void): unknown;
  };
interface Failing {
  on(event: 'error', listener: (error: Error) => void): unknown;
}

/** Where BullMQ keeps its jobs: the part of the adapter that differs between its databases. */
export interface BullBackend {
  /** Makes what a queue needs before it can be opened; throws while the database does not answer. */
  prepare(): Promise<void>;
  /** Throws when the database does not answer. */
  ping(): Promise<void>;
  queue(name: string): BullQueue;
  /** Takes nothing before its `run`. */
  worker(
    name: string,
    processor: (job: Job<Envelope>) => Promise<void>,
    options: Omit<WorkerOptions, 'connection'>,
  ): BullWorker;
  /** After its queues and workers. */
  close(): Promise<void>;
}
