import { z } from 'zod';
import { StormglassError } from '../../contract/index.ts';

/** A proxy that is busy answers late; one that is stopped never. */
const WITHIN_MS = 5_000;

const ProxyView = z.object({
  name: z.string(),
  listen: z.string(),
  toxics: z.array(z.object({ name: z.string() })),
});
export type ProxyView = z.infer<typeof ProxyView>;
const Effects = z.object({ effects: z.number() });
const Refusal = z.object({ error: z.string() });

/** Talks to the API of a proxy process; null stands for what is not there. */
export class ProxyClient {
  readonly #url: string;

  constructor(url: string) {
    this.#url = url;
  }

  async proxy(name: string): Promise<ProxyView | null> {
    const found = await this.#ask('GET', [name]);
    return found === null ? null : ProxyView.parse(found);
  }

  async addToxic(proxy: string, toxic: object): Promise<void> {
    const added = await this.#ask('POST', [proxy, 'toxics'], toxic);
    if (added !== null) return;
    throw new StormglassError(
      'target_absent',
      `no proxy stands before the database of ${proxy}`,
      'choose a service with a database, or broker',
    );
  }

  /** Keeps it for `ttl` milliseconds more; answers its effects so far. */
  async renew(proxy: string, toxic: string, ttl: number): Promise<number | null> {
    const answer = await this.#ask('POST', [proxy, 'toxics', toxic, 'lease'], { ttl });
    return answer === null ? null : Effects.parse(answer).effects;
  }

  async removeToxic(proxy: string, toxic: string): Promise<void> {
    await this.#ask('DELETE', [proxy, 'toxics', toxic]);
  }

  /** Every proxy enabled and without toxics, whoever put them there. */
  async reset(): Promise<void> {
    await this.#send('POST', '/reset');
  }

  async #ask(method: string, path: readonly string[], body?: object): Promise<unknown> {
    const answer = await this.#send(method, `/proxies/${path.map(encodeURIComponent).join('/')}`, body);
    if (answer.status === 404) return null;
    const text = await answer.text();
    if (!answer.ok) throw refused(text);
    return text === '' ? {} : JSON.parse(text);
  }

  async #send(method: string, path: string, body?: object): Promise<Response> {
    try {
      return await fetch(new URL(path, this.#url), {
        method,
        signal: AbortSignal.timeout(WITHIN_MS),
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
    } catch (cause) {
      throw new StormglassError(
        'target_absent',
        'the TCP proxy does not answer',
        'try again when its process is back',
        { cause },
      );
    }
  }
}

function refused(text: string): StormglassError {
  const said = Refusal.safeParse(JSON.parse(text));
  return new StormglassError(
    'fault_unsupported',
    said.success ? said.data.error : text,
    'choose other parameters',
  );
}
