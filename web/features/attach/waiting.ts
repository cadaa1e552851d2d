import type { Timeline } from '@stormglass/agents/contract';
import type { AttachView } from '../../live/attach-answers.ts';
import type { AgentView } from '../../live/protocol.ts';
import { plural } from '../../ui/format.ts';
import { reasonWords } from './reasons.ts';

export interface Addresses {
  otlpHttp: string;
  otlpGrpc: string;
}

/** What was heard of a service since the page waits, and before. */
export interface Heard {
  service: string;
  /** Epoch ms of the oldest and the newest second with a call of it in the live window. */
  firstAt: number;
  lastAt: number;
  /** Requests, calls and messages in the live window. */
  calls: number;
}

/** Why no span is there, most telling first. */
export interface Finding {
  id: string;
  title: string;
  next: string;
  /** A service that came under another name. */
  other?: string;
}

export interface Waiting {
  service: string;
  /** Epoch ms since when the page waits, and now. */
  since: number;
  now: number;
  addresses: Addresses;
  timeline: Pick<Timeline, 'traffic'>;
  agents: readonly AgentView[];
  /** The counts when the waiting began, and now; null while they are not known. */
  before: AttachView | null;
  current: AttachView | null;
}

/** Exporters send every 5 s: before this, silence means nothing. */
export const SILENCE_MS = 10_000;
const UNNAMED = /^(unknown_service.*)?$/;

/** Every service of the live window, by name. */
export function heardServices({ traffic }: Pick<Timeline, 'traffic'>): Map<string, Heard> {
  const all = new Map<string, Heard>();
  for (const { service, second, calls } of traffic) {
    const at = second * 1000;
    const known = all.get(service);
    if (!known) {
      all.set(service, { service, firstAt: at, lastAt: at, calls });
      continue;
    }
    known.firstAt = Math.min(known.firstAt, at);
    known.lastAt = Math.max(known.lastAt, at);
    known.calls += calls;
  }
  return all;
}

/** The agent that is connected for a service, if there is one. */
export function agentOf(agents: readonly AgentView[], service: string): AgentView | null {
  return agents.find((agent) => agent.connected && agent.service === service) ?? null;
}

/** What stands between a service and its first span here. */
export function findings(waiting: Waiting): Finding[] {
  const { service, agents, addresses } = waiting;
  const found = [
    ...unnamed(waiting),
    ...misdirected(waiting),
    ...refused(waiting),
    ...otherNames(waiting),
    ...(agentOf(agents, service) === null
      ? []
      : [
          {
            id: 'agent',
            title: `The agent of ${service} is connected, and sends no span`,
            next: `Send ${service} one request. It also needs OTEL_EXPORTER_OTLP_ENDPOINT=${addresses.otlpHttp}.`,
          },
        ]),
    ...noTraces(waiting),
  ];
  return found.length > 0 ? found : silence(waiting);
}

function unnamed({ timeline, since, service }: Waiting): Finding[] {
  const fresh = [...heardServices(timeline).values()].filter(
    (heard) => UNNAMED.test(heard.service) && heard.lastAt >= since - 1000,
  );
  return fresh.map((heard) => ({
    id: `unnamed:${heard.service}`,
    title: `Spans arrive without a service name${heard.service === '' ? '' : `, as ${heard.service}`}`,
    next: `Start the process with OTEL_SERVICE_NAME=${service}.`,
  }));
}

function misdirected({ before, current, addresses }: Waiting): Finding[] {
  if (before === null || current === null || current.misdirected <= before.misdirected) return [];
  return [
    {
      id: 'misdirected',
      title: `${plural(current.misdirected - before.misdirected, 'request')} came to the port of this dashboard`,
      next: `That is where agents connect. Send telemetry to ${addresses.otlpHttp}.`,
    },
  ];
}

function refused({ before, current, addresses }: Waiting): Finding[] {
  if (before === null || current === null) return [];
  return Object.entries(current.rejected).flatMap(([reason, count]) => {
    const more = count - (before.rejected[reason] ?? 0);
    const words = reasonWords(reason, addresses);
    return more > 0 && words !== null
      ? [{ id: reason, title: `${words.title} (${more} so far)`, next: words.next }]
      : [];
  });
}

function otherNames({ timeline, since, service }: Waiting): Finding[] {
  return [...heardServices(timeline).values()]
    .filter((heard) => heard.firstAt >= since && heard.service !== service && !UNNAMED.test(heard.service))
    .map((heard) => ({
      id: `other:${heard.service}`,
      title: `A new service came under another name: ${heard.service}`,
      next: 'If it is yours, wait for that one.',
      other: heard.service,
    }));
}

/** Metrics or logs without a single span: only told where nobody else sends spans. */
function noTraces({ before, current }: Waiting): Finding[] {
  if (before === null || current === null) return [];
  const more = (signal: string) => (current.received[signal] ?? 0) - (before.received[signal] ?? 0);
  const others = ['metrics', 'logs'].filter((signal) => more(signal) > 0);
  if (others.length === 0 || more('traces') > 0) return [];
  return [
    {
      id: 'no-traces',
      title: `${others.join(' and ')} arrive, and no span`,
      next: 'OTEL_TRACES_EXPORTER must be otlp, and one request must have been answered.',
    },
  ];
}

function silence({ before, current, since, now, service, addresses }: Waiting): Finding[] {
  if (now - since < SILENCE_MS || before === null || current === null) return [];
  const moved = Object.entries(current.received).some(([key, n]) => n > (before.received[key] ?? 0));
  return [
    {
      id: 'silence',
      title: moved ? `Nothing has come from ${service}` : 'Nothing has reached the ports',
      next: `Send it a request; exporters send every 5 s. Check that it may reach ${addresses.otlpHttp}: in a container 127.0.0.1 is the container itself.`,
    },
  ];
}
