import type { EvidenceLink } from '../contract/index.ts';

const query = (text: string): string => `/traces?q=${encodeURIComponent(text)}`;

export const failingTraces = (service: string): EvidenceLink => ({
  says: `failing traces of ${service}`,
  href: query(`service=${service} error=true`),
});
export const slowTraces = (service: string, limitMs: number): EvidenceLink => ({
  says: `traces of ${service} over ${Math.round(limitMs)} ms`,
  href: query(`service=${service} duration>${Math.round(limitMs)}ms`),
});
export const oneTrace = (traceId: string): EvidenceLink => ({
  says: `trace ${traceId.slice(0, 8)}`,
  href: `/traces/${traceId}`,
});
export const BREAKERS: EvidenceLink = { says: 'breakers', href: '/breakers' };
export const QUEUES: EvidenceLink = { says: 'queues', href: '/queues' };
export const AGENTS: EvidenceLink = { says: 'agents', href: '/agents' };
export const CHAOS: EvidenceLink = { says: 'faults that are on', href: '/chaos' };
