import { z } from 'zod';

/** What the agent reads from its environment, once. Anything unreadable becomes its default plus a warning. */
export interface Settings {
  service: string;
  version: string;
  instance: string;
  /** Base URL of the OTLP/HTTP receiver; null: telemetry is made for nobody and nothing is exported. */
  otlp: string | null;
  otlpHeaders: Record<string, string>;
  /** Base URL of the dashboard's hub; null: no channel. */
  hub: string | null;
  hubKey: string | undefined;
  chaosAllowed: boolean;
  /** Requests may ask for faults of their own by `x-envoy-fault-*` headers. */
  envoyHeaders: boolean;
  /** Logical name of a peer by `host:port`. */
  peers: ReadonlyMap<string, string>;
  /** What could not be understood, one sentence each. */
  warnings: string[];
}

type Env = Record<string, string | undefined>;

const Url = z.url({ protocol: /^https?$/ });

export function readSettings(env: Env, pid: number): Settings {
  const warnings: string[] = [];
  const resource = readPairs(env.OTEL_RESOURCE_ATTRIBUTES, 'OTEL_RESOURCE_ATTRIBUTES', warnings);
  const service = env.OTEL_SERVICE_NAME || resource.get('service.name') || 'unknown_service:node';
  return {
    service,
    version: resource.get('service.version') ?? '',
    instance: resource.get('service.instance.id') ?? `${service}-${pid}`,
    otlp: readUrl(env, 'OTEL_EXPORTER_OTLP_ENDPOINT', 'telemetry is not exported', warnings),
    otlpHeaders: Object.fromEntries(
      readPairs(env.OTEL_EXPORTER_OTLP_HEADERS, 'OTEL_EXPORTER_OTLP_HEADERS', warnings),
    ),
    hub: readUrl(env, 'STORMGLASS_HUB', 'the agent has no channel', warnings),
    hubKey: env.STORMGLASS_AGENT_KEY || undefined,
    chaosAllowed: env.STORMGLASS_CHAOS === 'on',
    envoyHeaders: env.STORMGLASS_CHAOS === 'on' && env.STORMGLASS_ENVOY_FAULT_HEADERS === 'on',
    peers: readPairs(
      env.OTEL_INSTRUMENTATION_COMMON_PEER_SERVICE_MAPPING,
      'OTEL_INSTRUMENTATION_COMMON_PEER_SERVICE_MAPPING',
      warnings,
    ),
    warnings,
  };
}

function readUrl(env: Env, name: string, otherwise: string, warnings: string[]): string | null {
  const text = env[name];
  if (!text) return null;
  const parsed = Url.safeParse(text);
  if (parsed.success) return parsed.data.replace(/\/+$/, '');
  warnings.push(`${name} is not an http(s) URL, so ${otherwise}; set it like http://127.0.0.1:4318.`);
  return null;
}

/** `key=value,key=value` with percent-encoded values, as in the OpenTelemetry specification. */
function readPairs(text: string | undefined, name: string, warnings: string[]): Map<string, string> {
  const pairs = new Map<string, string>();
  for (const part of (text ?? '').split(',')) {
    if (part.trim() === '') continue;
    const at = part.indexOf('=');
    if (at <= 0) {
      warnings.push(`${name} has a part without "=", it is left out; write key=value,key=value.`);
      continue;
    }
    pairs.set(part.slice(0, at).trim(), decode(part.slice(at + 1).trim()));
  }
  return pairs;
}

function decode(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    // A bare percent sign is legal in what people write; then the text stands as it is.
    return value;
  }
}
