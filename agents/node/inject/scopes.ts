import { createHmac, timingSafeEqual } from 'node:crypto';
import { type Baggage, metrics } from '@opentelemetry/api';
import {
  type ChaosTerms,
  METRIC,
  parseScope,
  SCOPE_ATTR,
  SCOPE_ENTRY,
  SCOPE_REFUSALS,
  type ScopeRefusal,
  type SignedScope,
  scopeText,
} from '../../contract/index.ts';
import type { Clock } from '../clock.ts';
import { addMetricsSource } from '../metrics-text.ts';

/** Scopes whose signature was found right, so that it is computed once and not for each request. */
const MAX_KNOWN = 1_000;

/**
 * The scopes of requests. One counts only if the hub signed it and it has not expired by the hub's clock; all others are
 * ignored, and counted by why. Looked at only where a fault asks for a scope.
 */
export class Scopes {
  readonly #clock: Clock;
  readonly #changed: () => void;
  readonly #known = new Map<string, SignedScope>();
  readonly #refused = new Map<ScopeRefusal, number>();
  #key: Buffer | null = null;
  /** The hub's clock minus this process's monotonic one, ms. */
  #offset = 0;

  /** `changed` is told when something was refused. */
  constructor(clock: Clock, changed: () => void) {
    this.#clock = clock;
    this.#changed = changed;
    report(() => this.#refused);
  }

  get refused(): Record<string, number> {
    return Object.fromEntries(this.#refused);
  }

  accept(terms: ChaosTerms): void {
    this.#offset = terms.now - this.#clock.monotonic();
    this.#key = Buffer.from(terms.scopeKey, 'base64');
    this.#known.clear();
  }

  /** The scope which a request carries and may have; null when it has none. */
  of(baggage: Baggage | undefined): string | null {
    const value = baggage?.getEntry(SCOPE_ENTRY)?.value;
    if (value === undefined) return null;
    const scope = this.#known.get(value) ?? this.#check(value);
    if (typeof scope === 'string') return this.#refuse(scope);
    if (scope.expiry * 1000 <= this.#clock.monotonic() + this.#offset) return this.#refuse('expired');
    return scope.id;
  }

  #check(value: string): SignedScope | ScopeRefusal {
    const scope = parseScope(value);
    if (!scope) return 'unsigned';
    if (!this.#key) return 'no_key';
    const mac = createHmac('sha256', this.#key).update(scopeText(scope.id, scope.expiry)).digest();
    const given = Buffer.from(scope.mac, 'base64url');
    if (given.length !== mac.length || !timingSafeEqual(given, mac)) return 'bad_signature';
    if (this.#known.size >= MAX_KNOWN) this.#known.clear();
    this.#known.set(value, scope);
    return scope;
  }

  #refuse(reason: ScopeRefusal): null {
    this.#refused.set(reason, (this.#refused.get(reason) ?? 0) + 1);
    this.#changed();
    return null;
  }
}

function report(refused: () => ReadonlyMap<ScopeRefusal, number>): void {
  metrics
    .getMeter('stormglass.chaos')
    .createObservableCounter(METRIC.scopesRefused)
    .addCallback((result) => {
      for (const [reason, n] of refused()) result.observe(n, { [SCOPE_ATTR.reason]: reason });
    });
  addMetricsSource((registry, prom) => {
    const total = new prom.Counter({
      name: 'stormglass_chaos_scopes_refused_total',
      help: 'Scopes on requests that were not obeyed.',
      labelNames: ['reason'],
      registers: [registry],
    });
    for (const reason of SCOPE_REFUSALS) total.inc({ reason }, refused().get(reason) ?? 0);
  });
}
