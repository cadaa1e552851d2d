import { z } from 'zod';
import { DashboardEvent, Delivery, type EventType, Webhook } from '../contract/index.ts';
import { type Http, named } from './http.ts';

const Events = z.object({ events: z.array(DashboardEvent), cursor: z.number().int() });
const Webhooks = z.object({ webhooks: z.array(Webhook) });
const Deliveries = z.object({ deliveries: z.array(Delivery) });
const Added = Webhook.extend({ secret: z.string() });

/** The dashboard's rows about what happened, and who is told. */
export class EventsApi {
  readonly #http: Http;

  constructor(http: Http) {
    this.#http = http;
  }

  /** Oldest first. */
  after(cursor: number): Promise<z.infer<typeof Events>> {
    return this.#http.call({ method: 'GET', path: `/api/events?after=${cursor}&limit=1000`, answer: Events });
  }

  async webhooks(): Promise<Webhook[]> {
    const asked = { method: 'GET', path: '/api/webhooks', answer: Webhooks } as const;
    return (await this.#http.call(asked)).webhooks;
  }

  add(body: { url: string; types: EventType[]; secret?: string }): Promise<z.infer<typeof Added>> {
    return this.#http.call({ method: 'POST', path: '/api/webhooks', answer: Added, body });
  }

  remove(id: string): Promise<Webhook> {
    return this.#http.call({ method: 'DELETE', path: named('/api/webhooks', id), answer: Webhook });
  }

  test(id: string): Promise<Delivery> {
    const path = named('/api/webhooks', id, '/test');
    return this.#http.call({ method: 'POST', path, answer: Delivery, body: {} });
  }

  async deliveries(id: string): Promise<Delivery[]> {
    const path = named('/api/webhooks', id, '/deliveries');
    return (await this.#http.call({ method: 'GET', path, answer: Deliveries })).deliveries;
  }
}
