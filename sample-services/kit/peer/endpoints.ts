/** One instance of a service, as a caller reaches it. */
export interface Endpoint {
  /** `shipping-2`. */
  id: string;
  /** Origin, without a path. */
  url: string;
}

/** Where a peer can be reached now. Changes by itself as instances come and go. */
export interface Endpoints {
  /** Empty while nobody is known. */
  current(): readonly Endpoint[];
}

/** A peer at one address that never changes. */
export function fixedEndpoint(id: string, url: string): Endpoints {
  const only = [{ id, url }];
  return { current: () => only };
}

/** How this process proves itself on a connection, and which name the other side's certificate must bear; PEM texts. */
export interface ClientTls {
  ca: string;
  cert: string;
  key: string;
  servername: string;
}

/** Proves to a peer who calls. */
export interface Credentials {
  /** A bearer token for that service; may be one from the cache. Throws `unavailable` when none is to be had. */
  token(audience: string): Promise<string>;
  /** That service refused this token (401): it is not given out again. */
  refused(audience: string, token: string): void;
}
