import { metrics, type ObservableResult } from '@opentelemetry/api';
import { IDENTITY_ATTR, METRIC } from '@stormglass/agents/contract';
import type { z } from 'zod';
import { demandOk } from '../peer/demand.ts';
import type { Peer } from '../peer/peer.ts';
import { Jwks, KeySet } from './key-set.ts';
import { IssuedToken, TokenCache } from './token-cache.ts';

export interface IdentityOptions {
  /** identity itself; it is asked without a token. */
  peer: Peer;
  service: string;
  /** What this service proves itself with. */
  secret: string;
}

/** What one process has of identity: the keys of all tokens, and tokens of its own. */
export class Identity {
  readonly keys: KeySet;
  readonly tokens: TokenCache;
  readonly #gauge = metrics.getMeter('stormglass.shop').createObservableGauge(METRIC.tokenRemaining, {
    unit: 's',
    description: 'Time for which the token for an audience is still good; it falls while identity is away',
  });
  readonly #observe: (result: ObservableResult) => void;

  constructor({ peer, service, secret }: IdentityOptions) {
    this.keys = new KeySet(async () =>
      demandOk<z.output<typeof Jwks>>(await peer.get('/.well-known/jwks.json', { answer: Jwks }), peer.name),
    );
    this.tokens = new TokenCache(async (audience) => {
      const outcome = await peer.post('/tokens', { service, secret, audience }, { answer: IssuedToken });
      return demandOk(outcome, peer.name);
    });
    this.#observe = (result) => {
      for (const [audience, seconds] of Object.entries(this.tokens.remaining())) {
        result.observe(seconds, { [IDENTITY_ATTR.audience]: audience });
      }
    };
    this.#gauge.addCallback(this.#observe);
  }

  close(): void {
    this.#gauge.removeCallback(this.#observe);
  }
}
