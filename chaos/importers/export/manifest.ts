import type { FaultSpec } from '@stormglass/agents/contract';
import type { Finding } from '../findings.ts';

/** A Kubernetes resource, ready to be written as YAML. */
export interface Manifest {
  apiVersion: string;
  kind: string;
  metadata: { name: string; namespace?: string; annotations?: Record<string, string> };
  spec: Record<string, unknown>;
}

/** Faults as manifests of another tool, and what that tool cannot do. */
export interface Exported {
  manifests: Manifest[];
  findings: Finding[];
}

export interface ExportOptions {
  namespace: string | undefined;
  /** Label of the pods of a service; its value is the service's name. */
  label: string;
  /** Port on which a service answers, for tools that must be told. */
  port: number;
}

/** A name as Kubernetes allows it: `stormglass-latency-payments`. */
export function manifestName(spec: FaultSpec, index: number): string {
  const { target, action } = spec;
  const where = target.kind === 'edge' ? `${target.from}-${target.to}` : target.service;
  const words = ['stormglass', action.type, where, ...(index === 0 ? [] : [String(index + 1)])];
  return words
    .join('-')
    .toLowerCase()
    .replace(/[^a-z0-9-]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 63);
}

export function metadataOf(
  spec: FaultSpec,
  index: number,
  { namespace }: ExportOptions,
): Manifest['metadata'] {
  return {
    name: manifestName(spec, index),
    ...(namespace === undefined ? {} : { namespace }),
    ...(spec.reason === undefined ? {} : { annotations: { 'stormglass.dev/reason': spec.reason } }),
  };
}
