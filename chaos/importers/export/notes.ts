import { FAULT_CATALOGUE, type FaultSpec } from '@stormglass/agents/contract';
import { type Finding, type FindingCode, finding } from '../findings.ts';

/** Collects what is said of one fault while it is translated. */
export class Notes {
  readonly findings: Finding[] = [];
  readonly #resource: string;

  constructor(spec: FaultSpec, index: number) {
    this.#resource = `fault ${index + 1}, ${FAULT_CATALOGUE[spec.action.type].title}`;
  }

  say(code: FindingCode, path: string, message: string): void {
    this.findings.push(finding(code, { resource: this.#resource, path, line: null }, message));
  }

  /** Says that there is nothing to export. */
  refuse(path: string, message: string): null {
    this.say('not_expressible', path, message);
    return null;
  }
}
