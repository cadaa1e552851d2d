import { z } from 'zod';
import {
  FileRefused,
  judge,
  type LocatedProblem,
  NOWHERE,
  type Path,
  pathName,
  placeOf,
  readDocuments,
  type SourceDocument,
} from '../../documents/index.ts';
import { type Finding, type FindingCode, finding } from '../findings.ts';
import { DestinationRuleSpec, Resource, VirtualServiceSpec } from './schema.ts';

const REFUSAL = { code: 'invalid_request', what: 'The Istio file' } as const;
const NETWORKING = 'networking.istio.io/';

interface Common {
  name: string;
  namespace: string | null;
  apiVersion: string;
  /** Says something of a field of it, by the field's path from the top of the resource. */
  note: (code: FindingCode, path: Path, message: string) => Finding;
}
export interface VirtualService extends Common {
  kind: 'VirtualService';
  spec: VirtualServiceSpec;
}
export interface DestinationRule extends Common {
  kind: 'DestinationRule';
  spec: DestinationRuleSpec;
}

export interface IstioFile {
  virtualServices: VirtualService[];
  destinationRules: DestinationRule[];
  /** Of what was left out, and of fields nobody knows. */
  findings: Finding[];
}

/**
 * The resources of a file of Istio: documents between `---`, a Kubernetes List among them. Throws one FileRefused with
 * every problem.
 */
export function readIstio(text: string): IstioFile {
  const file: IstioFile = { virtualServices: [], destinationRules: [], findings: [] };
  const problems: LocatedProblem[] = [];
  const documents = readDocuments(text, REFUSAL);
  for (const document of documents) {
    for (const { raw, at } of resources(document.raw)) problems.push(...take(file, document, raw, at));
  }
  if (documents.length === 0) {
    const says = 'is empty; write a VirtualService or a DestinationRule';
    problems.push({ code: 'missing', path: [], ...NOWHERE, says });
  }
  if (problems.length > 0) throw new FileRefused(REFUSAL, problems);
  return file;
}

const List = z.object({ kind: z.literal('List'), items: z.array(z.unknown()) });

function resources(raw: unknown): { raw: unknown; at: Path }[] {
  const list = List.safeParse(raw);
  if (!list.success) return [{ raw, at: [] }];
  return list.data.items.map((item, index) => ({ raw: item, at: ['items', index] }));
}

function take(file: IstioFile, document: SourceDocument, raw: unknown, at: Path): LocatedProblem[] {
  const located = (found: ReturnType<typeof judge>['problems']): LocatedProblem[] =>
    found.map((problem) => ({ ...problem, ...placeOf(document, problem) }));
  const head = judge(raw, { schema: Resource.loose(), meaningless: () => [] }, at);
  if (head.value === undefined) return located(head.problems);
  const { kind, apiVersion, metadata } = head.value;
  const name = metadata?.name ?? '';
  const resource = `${kind} ${name}`.trim();
  const note: Common['note'] = (code, path, message) => {
    const whole = [...at, ...path];
    return finding(code, { resource, path: pathName(whole), line: document.placeOf(whole).line }, message);
  };
  const common: Common = { name, namespace: metadata?.namespace ?? null, apiVersion, note };
  if (!apiVersion.startsWith(NETWORKING) || !isRead(kind)) {
    file.findings.push(note('kind_ignored', ['kind'], `${apiVersion} ${kind} has no fault and no policy`));
    return [];
  }
  const schema = kind === 'VirtualService' ? VirtualServiceSpec : DestinationRuleSpec;
  const judged = judge(head.value.spec, { schema, meaningless: () => [] }, [...at, 'spec']);
  const unknown = judged.problems.filter(({ code }) => code === 'unknown_field');
  file.findings.push(
    ...unknown.map(({ path }) =>
      note('unknown_field', path.slice(at.length), `${String(path.at(-1))} is no field of Istio here`),
    ),
  );
  const others = judged.problems.filter(({ code }) => code !== 'unknown_field');
  if (others.length > 0 || judged.value === undefined) return located(others);
  if (kind === 'VirtualService') {
    file.virtualServices.push({ ...common, kind, spec: VirtualServiceSpec.parse(judged.value) });
  } else file.destinationRules.push({ ...common, kind, spec: DestinationRuleSpec.parse(judged.value) });
  return [];
}

const isRead = (kind: string): kind is 'VirtualService' | 'DestinationRule' =>
  kind === 'VirtualService' || kind === 'DestinationRule';
