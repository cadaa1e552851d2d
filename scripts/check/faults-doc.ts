import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  FAULT_CATALOGUE,
  type FaultType,
  type Parameter,
  parametersOf,
  rowOf,
  SHAPE_TITLES,
  shapeParameters,
} from '../../agents/contract/index.ts';
import { ROOT } from './sources.ts';

export const FAULTS_DOC = join(ROOT, 'docs/faults.md');
const [BEGIN, END] = ['<!-- catalogue: node scripts/faults-doc.ts -->', '<!-- end of catalogue -->'];

/** docs/faults.md as it has to be: what people wrote, and between the marks what the contract says. */
export function withCatalogue(text = readFileSync(FAULTS_DOC, 'utf8')): string {
  const [from, to] = [text.indexOf(BEGIN), text.indexOf(END)];
  if (from < 0 || to < from) throw new Error(`docs/faults.md has lost its marks: ${BEGIN} and ${END}`);
  return `${text.slice(0, from + BEGIN.length)}\n\n${catalogue()}\n\n${text.slice(to)}`;
}

function catalogue(): string {
  const types = Object.keys(FAULT_CATALOGUE) as FaultType[];
  const shapes = Object.entries(SHAPE_TITLES).map(([type, title]) =>
    section(3, type, title, '', shapeParameters(type as keyof typeof SHAPE_TITLES)),
  );
  return ['## Faults', ...types.map(faultSection), '## Shapes', ...shapes].join('\n\n');
}

function faultSection(type: FaultType): string {
  const { title, about, targets, positions } = rowOf(type);
  const where = `On ${targets.join(', ')}; ${positions.join(', ')}.`;
  return section(3, type, title, [about, where].filter(Boolean).join(' '), parametersOf(type));
}

function section(
  level: number,
  type: string,
  title: string,
  text: string,
  parameters: readonly Parameter[],
): string {
  const rows = parameters.map(
    (p) => `| \`${p.name}\` | ${kindWords(p)} | ${initialWords(p)} | ${cell([p.about, whenWords(p)])} |`,
  );
  const table = ['| parameter | takes | default | meaning |', '|---|---|---|---|', ...rows].join('\n');
  const parts = [`${'#'.repeat(level)} \`${type}\`: ${title}`, text, rows.length === 0 ? '' : table];
  return parts.filter((part) => part !== '').join('\n\n');
}

function kindWords(parameter: Parameter): string {
  switch (parameter.kind) {
    case 'number': {
      const range = `${parameter.min.toLocaleString('en')} to ${parameter.max.toLocaleString('en')}`;
      return parameter.unit === '' ? range : `${range} ${parameter.unit}`;
    }
    case 'choice':
      return parameter.options.map((option) => `\`${option}\``).join(', ');
    case 'text':
      return parameter.maxLength === null
        ? 'text'
        : `text, at most ${parameter.maxLength.toLocaleString('en')}`;
    case 'boolean':
      return 'true or false';
    case 'json':
      return 'JSON object';
  }
}

function initialWords({ initial, required }: Parameter): string {
  if (initial === null || initial === '') return required ? 'required' : 'none';
  return `\`${typeof initial === 'object' ? JSON.stringify(initial) : String(initial)}\``;
}

function whenWords({ when }: Parameter): string {
  return when === undefined ? '' : `Only with \`${when.name}\` ${when.is.join(' or ')}.`;
}

function cell(parts: readonly string[]): string {
  return parts.filter(Boolean).join(' ').replaceAll('|', '\\|');
}
