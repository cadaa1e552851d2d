import { FaultAction, type FaultSpec } from '@stormglass/agents/contract';
import { toGoDuration } from '../duration.ts';
import { type Exported, type ExportOptions, type Manifest, metadataOf } from './manifest.ts';
import { Notes } from './notes.ts';
import { hasParameters, routeRegex, sayLosses, selectsPlainly } from './selection.ts';

/** Faults as VirtualServices: what Envoy can do before a call leaves its caller. */
export function toIstio(specs: readonly FaultSpec[], options: ExportOptions): Exported {
  const exported: Exported = { manifests: [], findings: [] };
  for (const [index, spec] of specs.entries()) {
    const notes = new Notes(spec, index);
    const manifest = virtualService(spec, index, options, notes);
    if (manifest !== null) exported.manifests.push(manifest);
    exported.findings.push(...notes.findings);
  }
  return exported;
}

function virtualService(
  spec: FaultSpec,
  index: number,
  options: ExportOptions,
  notes: Notes,
): Manifest | null {
  const { target } = spec;
  if (target.kind !== 'service' && target.kind !== 'edge') {
    return notes.refuse('target.kind', `Istio hurts calls, not a ${target.kind}`);
  }
  if (target.kind === 'service' && target.instance !== undefined) {
    return notes.refuse('target.instance', 'a VirtualService is of a host, not of one instance');
  }
  if (!selectsPlainly(spec, notes, 'Istio')) return null;
  if (spec.position !== 'before') {
    return notes.refuse('position', `Istio injects before the call only, not ${spec.position} it`);
  }
  const fault = faultOf(spec, notes);
  if (fault === null) return null;
  sayLosses(spec, notes, 'Istio');
  notes.say('no_end', 'durationMs', `it would end after ${spec.durationMs / 1000} s here`);
  const host = target.kind === 'edge' ? target.to : target.service;
  const route = [{ destination: { host } }];
  const match = matchOf(spec, options);
  // Without a last route for the others, requests that do not match would be answered with 404.
  const http = match === null ? [{ fault, route }] : [{ match: [match], fault, route }, { route }];
  return {
    ...{ apiVersion: 'networking.istio.io/v1', kind: 'VirtualService' },
    metadata: metadataOf(spec, index, options),
    spec: { hosts: [host], http },
  };
}

function faultOf({ action, selector, durationMs }: FaultSpec, notes: Notes): Record<string, unknown> | null {
  const percentage = { value: selector.percentage };
  if (action.type === 'latency') {
    if (action.ms < 1) return notes.refuse('action.ms', 'a delay in Istio is at least 1 ms');
    sayExtras(action, ['type', 'ms'], notes);
    return { delay: { percentage, fixedDelay: toGoDuration(action.ms) } };
  }
  if (action.type === 'hang') {
    notes.say('meaning_differs', 'action.type', 'a late call waits for longer than the fault is on');
    return { delay: { percentage, fixedDelay: toGoDuration(durationMs) } };
  }
  if (action.type === 'error') {
    if (action.code !== '') return notes.refuse('action.code', 'Istio answers, and throws nothing');
    sayExtras(action, ['type', 'status'], notes);
    return { abort: { percentage, httpStatus: action.status } };
  }
  return notes.refuse('action.type', `Istio has delay and abort, and nothing like ${action.type}`);
}

/** Parameters that Istio has no field for: jitter, a body, headers. Nobody asked for those that are as by default. */
function sayExtras(action: FaultAction, known: readonly string[], notes: Notes): void {
  const usual = new Map<string, unknown>(Object.entries(FaultAction.parse({ type: action.type })));
  for (const [name, value] of Object.entries(action)) {
    if (known.includes(name) || JSON.stringify(value) === JSON.stringify(usual.get(name))) continue;
    notes.say('lost_detail', `action.${name}`, `Istio has no ${name} of a fault`);
  }
}

/** Istio writes names in small letters; no value means that the header is there. */
function headersOf({ name, value }: NonNullable<FaultSpec['selector']['header']>): Record<string, unknown> {
  return { [name.toLowerCase()]: value === undefined ? {} : { exact: value } };
}

function matchOf({ selector, target }: FaultSpec, { label }: ExportOptions): Record<string, unknown> | null {
  const { route, method, header } = selector;
  const match = {
    ...(target.kind === 'edge' ? { sourceLabels: { [label]: target.from } } : {}),
    ...(route === undefined
      ? {}
      : { uri: hasParameters(route) ? { regex: routeRegex(route) } : { exact: route } }),
    ...(method === undefined ? {} : { method: { exact: method } }),
    ...(header === undefined ? {} : { headers: headersOf(header) }),
  };
  return Object.keys(match).length === 0 ? null : match;
}
