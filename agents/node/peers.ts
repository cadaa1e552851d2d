/** Logical names of callees: `host:port` of an outgoing call to the `peer.service` of its span. */
export class Peers {
  readonly #names: ReadonlyMap<string, string>;

  constructor(names: ReadonlyMap<string, string>) {
    this.#names = names;
  }

  /** Undefined when nobody named this address. */
  of(host: string | null | undefined, port: string | number | null | undefined): string | undefined {
    if (!host) return undefined;
    return this.#names.get(`${host}:${port ?? 80}`) ?? this.#names.get(host);
  }

  /** By origin or URL, `http://127.0.0.1:4106`. */
  ofOrigin(origin: string | URL): string | undefined {
    const url = typeof origin === 'string' ? URL.parse(origin) : origin;
    if (!url) return undefined;
    return this.of(url.hostname, url.port || (url.protocol === 'https:' ? 443 : 80));
  }
}
