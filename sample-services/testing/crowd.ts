import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { Agent, request } from 'undici';

/**
 * Customers who order, in both modes, and look at what they ordered, over and over. They may knock again at a closed
 * door, and at one that closes before them (RFC 9112, 9.3.1: what may be repeated is; their orders carry a key);
 * whatever else goes wrong is a failure that they saw.
 */
export class Crowd {
  readonly #gateway: string;
  readonly #goods: Record<string, unknown>;
  readonly #dispatcher = new Agent({ connections: 20, keepAliveTimeout: 10_000 });
  /** Answers which were no success, in words. */
  readonly failures: string[] = [];
  /** Successful answers. */
  served = 0;
  #visits = 0;
  #running = true;
  #done: Promise<unknown> = Promise.resolve();

  /** `goods`: what everybody orders. */
  constructor(gateway: string, goods: Record<string, unknown>) {
    this.#gateway = gateway;
    this.#goods = goods;
  }

  start(customers: number): void {
    this.#done = Promise.all(Array.from({ length: customers }, (_, i) => this.#customer(i)));
  }

  async leave(): Promise<void> {
    this.#running = false;
    await this.#done;
    await this.#dispatcher.close();
  }

  async #customer(n: number): Promise<void> {
    while (this.#running) {
      await this.#visit(`user-${100 + n}`);
      await pause(100);
    }
  }

  async #visit(userId: string): Promise<void> {
    const mode = this.#visits++ % 2 === 0 ? 'orchestrated' : 'choreographed';
    const placed = await this.#call('/orders', { ...this.#goods, userId, mode }, randomUUID());
    if (placed === null) return;
    await this.#call(`/orders/${(placed as { orderId: string }).orderId}`);
  }

  async #call(path: string, body?: unknown, key?: string): Promise<unknown> {
    for (;;) {
      try {
        const answer = await request(`${this.#gateway}${path}`, {
          dispatcher: this.#dispatcher,
          method: body === undefined ? 'GET' : 'POST',
          headers: {
            ...(body === undefined ? {} : { 'content-type': 'application/json' }),
            ...(key === undefined ? {} : { 'idempotency-key': key }),
          },
          body: body === undefined ? null : JSON.stringify(body),
        });
        const text = await answer.body.text();
        if (answer.statusCode < 300) {
          this.served++;
          return JSON.parse(text);
        }
        this.failures.push(`${path} ${answer.statusCode} ${text}`);
        return null;
      } catch (error) {
        if (isClosedDoor(error)) await pause(50);
        else {
          this.failures.push(`${path} ${String(error)}`);
          return null;
        }
      }
    }
  }
}

const CLOSED = new Set<unknown>(['ECONNREFUSED', 'ECONNRESET', 'UND_ERR_SOCKET']);
const isClosedDoor = (error: unknown) => error instanceof Error && 'code' in error && CLOSED.has(error.code);
