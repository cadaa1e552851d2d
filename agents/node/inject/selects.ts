import type { Baggage } from '@opentelemetry/api';
import { type FaultSelector, inVariant } from '../../contract/index.ts';
import type { Call } from './decide.ts';
import type { Scopes } from './scopes.ts';

/** A call, with what selectors may ask of it. */
export interface SelectableCall extends Call {
  /** By lower-case name. */
  header?(name: string): string | undefined;
  baggage?: Baggage | undefined;
  attributes?: Readonly<Record<string, unknown>> | undefined;
  /** The scope that was found valid, null for none: looked up at the first question, for all faults. */
  scope?: string | null;
}

const TENANT_ENTRIES = ['tenant.id', 'tenant'] as const;
const TENANT_HEADER = 'x-tenant-id';

/** Whether all that a selector names agrees with the call; its percentage is not looked at. */
export function selects(selector: FaultSelector, call: SelectableCall, scopes: Scopes): boolean {
  const { method, route, header, tenant, attribute, scope, variant } = selector;
  if (method !== undefined && method !== call.method) return false;
  if (route !== undefined && route !== call.route) return false;
  if (header && !agrees(call.header?.(header.name.toLowerCase()), header.value)) return false;
  if (attribute && !agrees(textOf(call.attributes?.[attribute.name]), attribute.value)) return false;
  if (variant && !inVariant(variant, call.traceId)) return false;
  if (tenant !== undefined && tenantOf(call) !== tenant) return false;
  if (scope === undefined) return true;
  if (call.scope === undefined) call.scope = scopes.of(call.baggage);
  return call.scope === scope;
}

function agrees(found: string | undefined, wanted: string | undefined): boolean {
  return found !== undefined && (wanted === undefined || found === wanted);
}

function textOf(value: unknown): string | undefined {
  return value === undefined || value === null ? undefined : String(value);
}

function tenantOf(call: SelectableCall): string | undefined {
  for (const name of TENANT_ENTRIES) {
    const entry = call.baggage?.getEntry(name);
    if (entry) return entry.value;
  }
  return call.header?.(TENANT_HEADER);
}
