import type { Finding } from '../findings.ts';
import type { DestinationRule, IstioFile, VirtualService } from './read.ts';

/** Mistakes in hosts, gateways and subsets: rules that apply to nothing, or to something else than is meant. */
export function lintHosts({ virtualServices, destinationRules }: IstioFile): Finding[] {
  return [
    ...virtualServices.flatMap(ownHosts),
    ...twice(virtualServices),
    ...virtualServices.flatMap((service) => destinations(service, destinationRules)),
    ...destinationRules.flatMap(ruleHost),
  ];
}

function ownHosts({ spec, note }: VirtualService): Finding[] {
  const findings: Finding[] = [];
  const { hosts, gateways } = spec;
  if (hosts === undefined || hosts.length === 0) {
    findings.push(note('hosts_missing', ['spec', 'hosts'], 'without hosts the rule applies to nothing'));
  }
  if (gateways !== undefined && gateways.length > 0 && !gateways.includes('mesh')) {
    const only = `the rule acts at ${gateways.join(', ')} only`;
    findings.push(note('gateways_without_mesh', ['spec', 'gateways'], only));
  }
  for (const [index, host] of (hosts ?? []).entries()) {
    if (host.includes('.') || host === '*') continue;
    const says = `${host} means ${host} of the namespace in which the rule stands`;
    findings.push(note('host_unqualified', ['spec', 'hosts', index], says));
  }
  return findings;
}

function twice(services: readonly VirtualService[]): Finding[] {
  const seen = new Map<string, string>();
  return services.flatMap(({ name, namespace, spec, note }) =>
    (spec.hosts ?? []).flatMap((host, index) => {
      const key = `${host}|${(spec.gateways ?? ['mesh']).toSorted().join()}|${namespace ?? ''}`;
      const other = seen.get(key);
      if (other === undefined) {
        seen.set(key, name);
        return [];
      }
      return [note('host_twice', ['spec', 'hosts', index], `${host} is in VirtualService ${other} already`)];
    }),
  );
}

function destinations({ spec, note }: VirtualService, rules: readonly DestinationRule[]): Finding[] {
  return (spec.http ?? []).flatMap((http, i) =>
    (http.route ?? []).flatMap(({ destination }, j): Finding[] => {
      const at = ['spec', 'http', i, 'route', j, 'destination'];
      const host = destination?.host ?? '';
      if (host === '')
        return [note('hosts_missing', [...at, 'host'], 'a destination without a host is nowhere')];
      const subset = destination?.subset;
      if (subset === undefined || rules.length === 0) return [];
      const known = rules.some(
        (rule) => rule.spec.host === host && rule.spec.subsets?.some(({ name }) => name === subset),
      );
      if (known) return [];
      const says = `no DestinationRule of this file defines the subset ${subset} of ${host}`;
      return [note('subset_undefined', [...at, 'subset'], says)];
    }),
  );
}

function ruleHost({ spec, note }: DestinationRule): Finding[] {
  if (spec.host !== undefined && spec.host !== '') return [];
  return [note('hosts_missing', ['spec', 'host'], 'without a host the rule applies to nothing')];
}
