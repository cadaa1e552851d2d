import type { Proxies } from './collection.ts';
import type { ToxicProxy } from './proxy.ts';

type Labels = Readonly<Record<string, string>>;
interface Sample {
  labels: Labels;
  value: number;
}
interface Family {
  name: string;
  type: 'counter' | 'gauge';
  help: string;
  samples: Sample[];
}

/** What the proxies have carried and done, in the Prometheus text format; the first two as Toxiproxy names them. */
export function metricsText(proxies: Proxies): string {
  const all = proxies.all();
  return [...traffic(all), ...connections(all), toxics(all), held(proxies)].map(familyText).join('');
}

function traffic(all: readonly ToxicProxy[]): Family[] {
  return (['received', 'sent'] as const).map((what) => ({
    name: `toxiproxy_proxy_${what}_bytes_total`,
    type: 'counter',
    help: `Bytes ${what} on a proxy's connections, by direction.`,
    samples: all.flatMap(({ name, listen, upstream, carried }) =>
      (['downstream', 'upstream'] as const).map((direction) => ({
        labels: { direction, listener: listen, proxy: name, upstream },
        value: carried[direction][what],
      })),
    ),
  }));
}

function connections(all: readonly ToxicProxy[]): Family[] {
  const family = (
    name: string,
    type: Family['type'],
    help: string,
    value: (proxy: ToxicProxy) => number,
  ): Family => ({
    name: `stormglass_proxy_${name}`,
    type,
    help,
    samples: all.map((proxy) => ({ labels: { proxy: proxy.name }, value: value(proxy) })),
  });
  return [
    family('listening', 'gauge', 'Whether a client can connect.', ({ listens }) => Number(listens)),
    family('connections', 'gauge', 'Connections open now.', ({ open }) => open),
    family('accepted_total', 'counter', 'Clients that came.', ({ accepted }) => accepted),
    family('refused_total', 'counter', 'Clients whose upstream was not there.', ({ refused }) => refused),
  ];
}

function toxics(all: readonly ToxicProxy[]): Family {
  return {
    name: 'stormglass_proxy_toxic_effects',
    type: 'gauge',
    help: 'Chunks, ends and requests touched by a toxic that is there now.',
    samples: all.flatMap((proxy) =>
      proxy.toxics.map(({ spec, effects }) => ({
        labels: { proxy: proxy.name, toxic: spec.name, type: spec.type, direction: spec.stream },
        value: effects,
      })),
    ),
  };
}

function held({ budget }: Proxies): Family {
  return {
    name: 'stormglass_proxy_held_bytes',
    type: 'gauge',
    help: 'Bytes held back by toxics.',
    samples: [{ labels: {}, value: budget.held }],
  };
}

function familyText({ name, type, help, samples }: Family): string {
  const lines = samples.map(({ labels, value }) => `${name}${labelsText(labels)} ${value}`);
  return [`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`, ...lines, ''].join('\n');
}

function labelsText(labels: Labels): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escaped(value)}"`);
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
}

const escaped = (text: string): string =>
  text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
