import type { FaultSpec } from '@stormglass/agents/contract';
import { type Finding, inOrder } from '../findings.ts';
import { faultsOf } from './faults.ts';
import { lintHosts } from './lint-hosts.ts';
import { lintRoutes } from './lint-routes.ts';
import { lintRule } from './lint-rules.ts';
import type { ImportOptions } from './options.ts';
import { type Policy, routePolicies, rulePolicies } from './policies.ts';
import { readIstio } from './read.ts';

export type { ImportOptions } from './options.ts';
export type { Policy } from './policies.ts';

export interface IstioImport {
  faults: FaultSpec[];
  policies: Policy[];
  /** What is wrong or doubtful in the file, and what could not be taken over. */
  findings: Finding[];
}

/** VirtualServices and DestinationRules as faults and policies of ours. Throws FileRefused for what is no Istio file. */
export function importIstio(text: string, options: ImportOptions): IstioImport {
  const file = readIstio(text);
  const { virtualServices, destinationRules } = file;
  const faults = virtualServices.map((service) => faultsOf(service, options));
  const policies = [
    ...virtualServices.map((service) => routePolicies(service, options)),
    ...destinationRules.map((rule) => rulePolicies(rule, options)),
  ];
  const findings = [
    ...file.findings,
    ...lintHosts(file),
    ...virtualServices.flatMap(lintRoutes),
    ...destinationRules.flatMap(lintRule),
    ...[...faults, ...policies].flatMap((part) => part.findings),
  ];
  return {
    faults: faults.flatMap((part) => part.faults),
    policies: policies.flatMap((part) => part.policies),
    findings: inOrder(findings),
  };
}
